"""From a click to the new figure: the page in a real browser, 2,000 pairs of runs.

    .venv/bin/python benchmarks/dashboard.py [--changes 12] [--runs 2000]

Starts the page, opens it in Debian's Chromium, switches channels and moves sliders one after the other (every state a new one, so that
nothing is answered from what was kept) and measures inside the browser from the event of the click to the frame painted with the first new figure
(a first look at the first days) and with all four charts. Prints medians, smallest and largest; exit code 1 where the first median is over 1.5 s. Needs the extras [dashboard] and
[browser]. Like all timings it means something only on a machine that has nothing else to do.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
BOUND = 1.5
WAIT = 60_000

CLOCK = """
() => {
  const state = document.querySelector('#state');
  window.begun = null; window.looked = true; window.looks = []; window.wholes = [];
  const painted = (list, begun) => requestAnimationFrame(() => setTimeout(() => list.push((performance.now() - begun) / 1000), 0));
  document.addEventListener('click', (event) => { if (event.target.closest('[role=switch]')) { window.begun = performance.now(); window.looked = false; } }, true);
  new MutationObserver(() => {
    if (window.begun === null) return;
    if (!window.looked && state.textContent.startsWith('First look')) { window.looked = true; painted(window.looks, window.begun); }
    if (state.textContent.startsWith('Shown')) { painted(window.wholes, window.begun); window.begun = null; }
  }).observe(state.parentElement, {childList: true, subtree: true, characterData: true});
}
"""
CHANNELS = ("back_channel", "dgmo_hotline", "track_two", "high_commissions", "people_to_people", "foreign_secretary_hotline")


def served():
    """The page in a process of its own, and its address."""
    command = [sys.executable, "-m", "escalation_sim", "dashboard", str(ROOT / "scenarios"), "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            return process, found.group(0)
    raise SystemExit("the page did not start")


def measured(address, runs, changes):
    """Seconds from each click to the first new figure, and to all of them."""
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
        tab.wait_for_function("document.querySelector('#state')?.textContent.startsWith('Shown')", timeout=WAIT)
        tab.evaluate(CLOCK)
        for number in range(changes):
            # a Gray code: each click is a set of channels that was not on screen before
            tab.click(f"#switch-{CHANNELS[(number + 1 & -(number + 1)).bit_length() - 1]}")
            tab.wait_for_function("(count) => window.wholes.length > count", arg=number, timeout=WAIT)
        found = tab.evaluate("[window.looks, window.wholes]")
        browser.close()
    return found


def main():
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--changes", type=int, default=12)
    asked.add_argument("--runs", type=int, default=2000)
    given = asked.parse_args()
    process, address = served()
    try:
        looks, wholes = measured(address, given.runs, min(given.changes, 2 ** len(CHANNELS) - 1))
    finally:
        process.terminate()
        process.wait()
    print(f"click to figure, {given.runs:,} pairs of runs, {len(wholes)} clicks")
    for words, took in (("first look, postures and peaks of the first days", looks), ("all four charts", wholes)):
        if took:
            print(f"  {words}: median {statistics.median(took):.2f} s, {min(took):.2f} to {max(took):.2f} s")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} processes on {os.cpu_count()} cores")
    return 0 if statistics.median(looks or wholes) <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
