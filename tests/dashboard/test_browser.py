"""The page in a real browser: Debian's Chromium, driven by Playwright; see `make browser`.

Every test fails on a console error and on any request that would leave this machine. Run without a network, as `make browser` does where it
can, they also show that the server needs none.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest

import escalation_sim as es
from conftest import ROOT, shipped
from escalation_sim.results import Result
from escalation_sim.scenario import as_yaml

pytestmark = pytest.mark.browser

sync = pytest.importorskip("playwright.sync_api", reason="needs playwright: make browser")
pytest.importorskip("nicegui", reason="needs the extra [dashboard]: make browser")

WAIT = 180_000  # milliseconds; generous, since nothing here is about speed
RUNS = 100
DAYS = 24
PAGES = {"crisis": "#chart-deaths svg", "run": ".timeline svg", "calendar": "#calendar svg", "causes": "#map-go"}


def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("needs Debian's chromium")
    return found


def first_days(name):
    """The first days of a shipped scenario, without what happened later, as YAML: what the page does does not hang on their number."""
    document = {key: value for key, value in shipped(name).document.items() if key != "observed"}
    return as_yaml(es.Scenario.from_document({**document, "horizon_days": DAYS}))


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory):
    """A folder of short scenarios."""
    folder = tmp_path_factory.mktemp("scenarios")
    for name in ("pahalgam-2025", "brahmos-2022"):
        (folder / f"{name}.yaml").write_text(first_days(name))
    return folder


@pytest.fixture(scope="module")
def server(scenarios):
    """Address of a page served from short scenarios."""
    command = [sys.executable, "-m", "escalation_sim", "dashboard", str(scenarios), "--no-browser", "--port", "0"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    }  # NiceGUI would act as in its own tests
    environment["PYTHONUNBUFFERED"] = "1"
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            break
    else:
        pytest.fail("".join(lines))
    for _ in range(600):
        with contextlib.suppress(OSError):
            asked(found.group(0), "GET", "/")
            break
        time.sleep(0.1)
    yield found.group(0)
    workers = children(process.pid)
    process.terminate()
    process.wait(20)
    assert workers
    for _ in range(100):
        left = [pid for pid in workers if Path(f"/proc/{pid}").exists()]
        if not left:
            break
        time.sleep(0.1)
    assert not left  # the page leaves nothing behind


def children(pid):
    """Process numbers of the worker processes of a process; only Linux tells."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            if f"PPid:\t{pid}\n" in status.read_text() and "loky" in (status.parent / "cmdline").read_text():
                found.append(int(status.parent.name))
    return found


@pytest.fixture(scope="module")
def browser():
    """A browser with one store of what it has fetched; every test opens tabs of its own in it."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=flags)
        yield found.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
        found.close()


@contextlib.contextmanager
def watched(browser):
    """A tab; fails at the end on console errors and on requests to anywhere else."""
    tab = browser.new_page()
    tab.set_default_timeout(WAIT)
    wrong, asked = [], []
    tab.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("websocket", lambda socket: asked.append(socket.url))
    yield tab
    tab.close()
    assert wrong == []
    assert asked
    assert {urlsplit(url).hostname for url in asked if urlsplit(url).scheme not in ("data", "blob")} == {"127.0.0.1"}


@pytest.fixture
def tab(browser):
    with watched(browser) as found:
        yield found


def open_page(tab, server, query=""):
    tab.goto(f"{server}?runs={RUNS}{'&' if query else ''}{query}")
    tab.wait_for_selector("#content")


def settled(tab, words="Shown:"):
    """Wait until the answer to the last change is on screen, and give the sentence."""
    tab.wait_for_function(f"document.querySelector('#state')?.textContent.startsWith('{words}')", timeout=WAIT)
    tab.wait_for_selector("#chart-deaths svg")
    return tab.inner_text("#gist")


def says(tab, words):
    """Wait until the sentence begins so and all charts are those of it."""
    tab.wait_for_function("(words) => document.querySelector('#gist').textContent.startsWith(words)", arg=words, timeout=WAIT)
    return settled(tab)


def flip(tab, name):
    tab.click(f"#switch-{name}")


def saved(tab, button, folder):
    with tab.expect_download() as download:
        tab.click(button)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_switching_a_channel_moves_the_sentence_and_the_address_keeps_it(tab, server):
    open_page(tab, server)
    assert settled(tab).startswith("As it was, force is used")
    flip(tab, "back_channel")
    sentence = says(tab, "With the back channel between the security advisers open, ")
    assert "channel.back_channel=open" in tab.url
    tab.reload()
    assert settled(tab) == sentence


def test_a_switch_that_was_turned_can_be_turned_back(tab, server):
    open_page(tab, server)
    was = settled(tab)
    flip(tab, "back_channel")
    says(tab, "With the back channel between the security advisers open, ")
    assert tab.get_attribute("#switch-back_channel", "aria-checked") == "true"
    flip(tab, "back_channel")
    assert says(tab, "As it was, ") == was
    assert tab.get_attribute("#switch-back_channel", "aria-checked") == "false"
    assert "channel." not in tab.url


def test_sliders_move_with_the_keyboard(tab, server):
    open_page(tab, server)
    settled(tab)
    tab.focus("#slider-resolve-india [tabindex='0']")
    tab.keyboard.press("ArrowRight")
    tab.wait_for_url("**set.resolve.india=1.9**")
    says(tab, "With resolve of India at 1.9, ")


def test_a_switch_turns_with_the_keyboard(tab, server):
    open_page(tab, server)
    settled(tab)
    tab.focus("#switch-back_channel")
    tab.keyboard.press("Space")
    tab.wait_for_url("**channel.back_channel=open**")
    settled(tab)


def test_the_downloaded_scenario_gives_the_same_numbers_on_the_command_line(tab, server, tmp_path):
    open_page(tab, server, "channel.back_channel=open:0.6&set.media=0.3&seed=7")
    settled(tab)
    file, table = saved(tab, "#save-yaml", tmp_path), saved(tab, "#save-csv", tmp_path)
    command = [
        sys.executable,
        "-m",
        "escalation_sim",
        "run",
        file.name,
        "--runs",
        str(RUNS),
        "--seed",
        "7",
        "--no-charts",
        "--story",
        "none",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    there = Result.load(tmp_path / "results" / "pahalgam-2025-changed" / "data").outcomes
    shown = pd.read_csv(table, keep_default_na=True)
    here = shown[shown["variant"] == "with the change"].set_index("run").drop(columns="variant")
    pd.testing.assert_frame_equal(here, there, check_dtype=False, check_names=False, rtol=1e-6)
    picture = saved(tab, "[aria-label='Save the chart of peaks as PNG']", tmp_path)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_run_is_played_stepped_and_jumped_through(tab, server):
    open_page(tab, server, "page=run&pick=worst")
    tab.wait_for_selector(".timeline svg")
    assert "highest peak" in tab.inner_text("#run-state")
    tab.click("[aria-label='One step on']")
    tab.wait_for_function("document.querySelector('#when').textContent.startsWith('day 0.25')")
    assert "Gunmen kill 26 tourists" in tab.inner_text(".events")
    tab.click("#play")
    tab.wait_for_function("parseFloat(document.querySelector('#when').textContent.slice(4)) >= 1.0", timeout=WAIT)
    tab.click("#play")
    tab.fill("[aria-label='Jump to day']", "10")
    tab.keyboard.press("Enter")
    tab.wait_for_function("document.querySelector('#when').textContent.startsWith('day 10.00')")
    assert "wanted" in tab.inner_text("#content")
    tab.click("text=a typical run")
    tab.wait_for_function("document.querySelector('#run-state').textContent.includes('nearest the middle')")


def test_a_saved_run_has_its_twin_beside_it(tab, server):
    open_page(tab, server, "page=run&pick=saved&channel.back_channel=open:0.9&channel.track_two=open:0.9&set.media=0.1")
    tab.wait_for_selector(".timeline svg")
    assert tab.locator(".timeline svg").count() == 2
    assert "brought it down" in tab.inner_text("#run-state")


def test_a_day_of_the_calendar_puts_its_channels_into_the_crisis(tab, server):
    open_page(tab, server, "page=calendar")
    tab.wait_for_selector("#calendar svg")
    box = tab.locator("#calendar").bounding_box()
    tab.mouse.click(box["x"] + 0.55 * box["width"], box["y"] + 300)
    tab.wait_for_function("!document.querySelector('#calendar-day').value.startsWith('2025')")
    day = tab.input_value("#calendar-day")
    tab.click("#take-channels")
    tab.wait_for_url(f"**as_of={day}**")
    says(tab, "With the channels of ")


def test_a_map_is_drawn_and_another_is_cancelled(tab, server, tmp_path):
    open_page(tab, server, "page=causes&scenario=brahmos-2022")
    tab.click("#map-go")
    tab.wait_for_selector("#map-cancel", state="visible")
    tab.click("#map-cancel")
    tab.wait_for_function("document.querySelector('#map-state').textContent.startsWith('Cancelled')")
    tab.click("#map-go")
    tab.wait_for_selector("#map-chart svg", timeout=2 * WAIT)
    assert "95 %" in tab.locator("#map-chart title").first.text_content()
    cells = pd.read_csv(saved(tab, "#save-map", tmp_path))
    assert (cells["low"] <= cells["mean"]).all()


def test_an_effect_is_shared_out_and_another_is_cancelled(tab, server):
    open_page(tab, server, "page=causes&scenario=brahmos-2022")
    tab.click("#shares-go")
    tab.wait_for_selector("#shares-cancel", state="visible")
    tab.click("#shares-cancel")
    tab.wait_for_function("document.querySelector('#shares-state').textContent.startsWith('Cancelled')")
    assert tab.locator("#shares-chart svg").count() == 0
    tab.click("text=200 runs each")
    tab.click(".q-menu >> text=100 runs each")
    tab.click("#shares-go")
    tab.wait_for_selector("#shares-chart svg", timeout=2 * WAIT)
    assert "100 runs of each of 64 combinations" in tab.inner_text("#shares-state")


def test_thirty_changes_of_mind_end_with_the_last(tab, server):
    open_page(tab, server)
    settled(tab)
    for _ in range(29):
        tab.click("#switch-back_channel")
        tab.wait_for_timeout(100)  # longer than a change has to stand before it is worked at
    tab.click("#switch-dgmo_hotline")
    tab.wait_for_url("**channel.dgmo_hotline=closed**")
    says(tab, "With your changes, ")
    assert "channel.back_channel=open" in tab.url


def test_two_people_at_once_get_each_their_own_answer(browser, server):
    with watched(browser) as first, watched(browser) as second:
        for tab in (first, second):
            open_page(tab, server)
        flip(first, "back_channel")
        flip(second, "dgmo_hotline")
        says(second, "With the hotline of the directors general of military operations closed, ")
        says(first, "With the back channel between the security advisers open, ")


def command_line_says(path):
    with pytest.raises(es.InputError) as caught:
        es.load_scenario(path)
    return f"error: {caught.value}".replace(str(Path(path).parent) + "/", "")


def test_bad_files_are_answered_as_on_the_command_line_and_the_page_goes_on(tab, server, tmp_path):
    open_page(tab, server)
    settled(tab)
    broken, beyond = tmp_path / "broken.yaml", tmp_path / "beyond.yaml"
    broken.write_text("name: [")
    beyond.write_text((ROOT / "scenarios" / "uri-2016.yaml").read_text() + "\nmodel: {government: {resolve: 99}}\n")
    for path in (broken, beyond):
        tab.set_input_files("input[type=file]", path)
        tab.wait_for_function("(words) => document.querySelector('#wrong').textContent === words", arg=command_line_says(path))
    large = tmp_path / "large.yaml"
    with large.open("wb") as stream:
        stream.truncate(50_000_000)
    tab.set_input_files("input[type=file]", large)
    tab.wait_for_function(
        "document.querySelector('#wrong').textContent.includes('the file is too large; allowed: at most 1,000,000 bytes')"
    )
    good = tmp_path / "uri-2016.yaml"
    good.write_text(first_days("uri-2016"))
    tab.set_input_files("input[type=file]", good)
    tab.wait_for_function("!document.querySelector('#wrong').textContent")
    settled(tab)
    assert "uploaded-uri-2016" in tab.url


def test_numbers_out_of_range_are_answered_and_the_page_goes_on(tab, server):
    open_page(tab, server, "runs=1")
    tab.wait_for_function("document.querySelector('#wrong').textContent.includes('allowed: a whole number from 2 to 20,000')")
    tab.fill("[aria-label='Runs of each']", "1")
    tab.keyboard.press("Enter")
    tab.wait_for_function("document.querySelector('#wrong').textContent.includes('out of range, got 1')")
    tab.fill("[aria-label='Runs of each']", "100")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**runs=100**")
    settled(tab)


@pytest.mark.parametrize("page", PAGES)
def test_readers_with_other_needs_can_use_it_on_wide_and_narrow_screens(tab, server, page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    open_page(tab, server, f"page={page}&channel.back_channel=open:0.5")
    tab.wait_for_selector(PAGES[page])
    # faded charts count as pale letters
    tab.wait_for_function("[...document.querySelectorAll('.chart')].every((chart) => getComputedStyle(chart).opacity === '1')")
    for width in (1440, 800):
        tab.set_viewport_size({"width": width, "height": 900})
        found = axe.Axe().run(tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).response
        assert [(one["id"], [node["html"][:160] for node in one["nodes"]][:4]) for one in found["violations"]] == []
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")  # nothing has to be moved sideways


def test_all_this_works_without_a_network():
    if [name for _, name in socket.if_nameindex()] != ["lo"]:
        pytest.skip("there is a network: make browser takes it away where it can")
    with pytest.raises(OSError, match="unreachable"), socket.create_connection(("192.0.2.1", 80), 5):
        pass


def asked(server, method, path, headers=None, body=None):
    place = urlsplit(server)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    connection.request(method, path, body=body, headers=headers or {})
    return connection.getresponse().status


def test_the_server_answers_this_machine_only_and_reads_nothing_large(server):
    assert asked(server, "GET", "/") == 200
    assert asked(server, "GET", "/", {"Host": "example.org"}) == 400  # a name of somebody else's that points here
    assert asked(server, "POST", "/", {"Content-Length": "50000000"}) == 413


@pytest.mark.parametrize("path", ["/fonts/../../../etc/passwd", "/scenarios/pahalgam-2025.yaml", "/?scenario=../../etc/passwd"])
def test_no_path_reaches_the_file_system(server, path):
    assert asked(server, "GET", path) in (200, 404)
    place = urlsplit(server)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    connection.request("GET", path)
    assert b"root:x:0" not in connection.getresponse().read()
