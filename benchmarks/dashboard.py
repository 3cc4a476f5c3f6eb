"""From a click to the new figure: the page in a real browser, 2,000 pairs of runs.

    python benchmarks/dashboard.py [--changes 12] [--runs 2000] [--pause 6]
    python benchmarks/dashboard.py --docs    # put what is stored into docs/dashboard.md; measures nothing

Starts the page, opens it in Debian's Chromium, turns switches and moves sliders one after the other, and measures inside the browser from
the event of the click or key to the frame painted with the first chart of all runs, and to that with all four. Every state is a new one: what
is kept from before are the runs as it was, as for any reader. The page computes ahead what the next switch may lead to, so it is measured twice: by a reader who looks at each answer for
some seconds, and by one who clicks on at once (the page is then started with `--no-ahead`, so that nothing helps). Exit code 1 where the median of either reader's first charts is over 1.5 s. Needs the extras
[dashboard] and [browser]. Like all timings it means something only on a machine that has nothing else to do, so the load is recorded too.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from measuring import RESULTS, environment, options, read_json, spread, table, write_json

ROOT = Path(__file__).parents[1]
PAGE = Path("docs/dashboard.md")
BLOCK = re.compile(r"(?<=<!-- page:begin -->\n).*?(?=<!-- page:end -->)", re.DOTALL)
BOUND = 1.5
WAIT = 60_000

CLOCK = """
() => {
  const state = document.querySelector('#state');
  window.figures = []; window.wholes = [];
  let begun = null, figure = false, working = false;
  const painted = (list, since) => requestAnimationFrame(() => setTimeout(() => list.push((performance.now() - since) / 1000), 0));
  const begin = (event) => { if (event.target.closest('[role=switch], [role=slider]')) { begun = performance.now(); figure = working = false; } };
  document.addEventListener('click', begin, true);
  document.addEventListener('keydown', begin, true);
  new MutationObserver((records) => {
    if (begun === null) return;
    working ||= state.textContent.startsWith('Running');
    const drawn = records.some((record) => record.target.closest?.('.chart'));
    const whole = working && state.textContent.startsWith('Shown');
    if (!figure && (drawn || whole)) { figure = true; painted(window.figures, begun); }
    if (whole) { painted(window.wholes, begun); begun = null; }
  }).observe(document.querySelector('#content'), {childList: true, subtree: true, characterData: true});
}
"""
CHANNELS = ("back_channel", "dgmo_hotline", "track_two", "high_commissions", "people_to_people", "foreign_secretary_hotline")
SLIDER = "#slider-resolve-india [tabindex='0']"
WORDS = {"figures": "first chart", "wholes": "all four charts"}
AT_ONCE = 0.3  # seconds


def served(*more: str) -> tuple[subprocess.Popen[str], str]:
    """The page in a process of its own, and its address."""
    command = [
        sys.executable,
        "-m",
        "escalation_sim",
        "dashboard",
        str(ROOT / "scenarios"),
        "--no-browser",
        "--port",
        "0",
        *more,
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    for line in process.stdout or ():
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            return process, found.group(0)
    raise SystemExit("error: the page did not start")


def change(tab: Page, number: int) -> None:
    """Every third time a slider, else a switch: a Gray code, so that each is a set of channels that was not on screen before."""
    if number % 3 == 2:
        tab.focus(SLIDER)
        tab.keyboard.press("ArrowRight")
        return
    turned = number - number // 3 + 1
    tab.click(f"#switch-{CHANNELS[(turned & -turned).bit_length() - 1]}")


def timed(address: str, runs: int, changes: int, pause: float) -> dict[str, list[float]]:
    """Seconds from each change to the first new chart, and to all of them; `pause` seconds are spent looking at each answer."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.set_default_timeout(WAIT)
        for _ in range(100):
            try:
                tab.goto(f"{address}?runs={runs}")
                break
            except Exception:
                tab.wait_for_timeout(200)
        tab.wait_for_function("document.querySelector('#state')?.textContent.startsWith('Shown')")
        tab.evaluate(CLOCK)
        for number in range(changes):
            tab.wait_for_timeout(1000 * pause)
            change(tab, number)
            # asked seldom, so that the question takes no time from what is measured
            tab.wait_for_function("(count) => window.wholes.length > count", arg=number, polling=100)
        found: dict[str, list[float]] = tab.evaluate("({figures: window.figures, wholes: window.wholes})")
        browser.close()
    return found


def measured(runs: int, changes: int, pause: float, *more: str) -> dict[str, Any]:
    """What one reader meets."""
    process, address = served(*more)
    try:
        found = timed(address, runs, changes, pause)
    finally:
        process.terminate()
        process.wait()
    return {
        "pause": pause,
        "seconds": {name: [round(value, 3) for value in values] for name, values in found.items()},
        "spread": {name: spread(values) for name, values in found.items()},
    }


def block(record: dict[str, Any]) -> str:
    """What is stored, as docs/dashboard.md shows it."""
    made = record["environment"]
    who = {
        "looking": f"looks at each answer for {record['looking']['pause']:g} s",
        "at_once": "clicks on at once, nothing computed ahead",
    }
    rows = [
        [who[reader], words, *(f"{record[reader]['spread'][name][of]:.2f}" for of in ("median", "min", "max"))]
        for reader in who
        for name, words in WORDS.items()
    ]
    return (
        f"Measured on {made['date']}: {made['processor']}, {made['cores']} cores, escalation-sim {made['escalation-sim']}, load {record['load']:.1f}; "
        f"{record['changes']} changes, {record['runs']:,} pairs of runs each.\n\n"
        + table(["a reader who", "seconds from click to", "median", "min", "max"], rows)
        + "\n"
    )


def write_docs(results: Path) -> None:
    """Put what is stored into the page."""
    record = read_json(results)
    if record is None:
        raise SystemExit(f"error: there is no {results}; run benchmarks/dashboard.py first")
    text = block(record)
    PAGE.write_text(BLOCK.sub(lambda _old: text, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> int:
    """Measure, store and print."""
    parser = options(__doc__, changes=12, runs=2000, pause=6.0, out=RESULTS / "dashboard.json")
    parser.add_argument("--docs", action="store_true", help=f"put what is stored into {PAGE} and stop")
    chosen = parser.parse_args()
    if chosen.docs:
        write_docs(chosen.out)
        return 0
    record = {
        "environment": environment(),
        "load": round(os.getloadavg()[0], 1),
        "runs": chosen.runs,
        "changes": chosen.changes,
        "at_once": measured(chosen.runs, chosen.changes, AT_ONCE, "--no-ahead"),
        "looking": measured(chosen.runs, chosen.changes, chosen.pause),
    }
    print(block(record))
    write_json(chosen.out, record)
    return int(max(record[reader]["spread"]["figures"]["median"] for reader in ("looking", "at_once")) > BOUND)


if __name__ == "__main__":
    sys.exit(main())
