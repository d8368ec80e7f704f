"""The configuration language from outside: the two configurations that it is made for, files and env files that
are merged, `config show`."""

import os
import re
import shutil
from pathlib import Path

import pytest
from harness import run_cantrail

DATA = Path(__file__).parent / "data"
FOREIGN = ("INFLUX_", "REDIS_", "PG", "CANTRAIL_", "WEB_PORT", "LOG_LEVEL", "CAN_INTERFACE", "SYNC_INTERVAL",
           "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY")


def quiet_environment(**more):
    """Without anything that a configuration reads."""
    return {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)} | more


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.fixture
def leaf(tmp_path, leaf_dbc):
    folder = tmp_path / "leaf"
    shutil.copytree(DATA / "leaf", folder)
    shutil.copy(leaf_dbc, folder / "leaf.dbc")
    write(folder / "influxdb-local.env", "INFLUX_URL=http://localhost:8086\nINFLUX_TOKEN=hunter2\n", 0o600)
    write(folder / "influxdb-cloud.env", "INFLUX_URL=https://cloud.example\nINFLUX_TOKEN=hunter3\n", 0o600)
    return folder / "node.toml"


@pytest.fixture
def grow_room(tmp_path):
    folder = tmp_path / "grow-room"
    shutil.copytree(DATA / "grow-room", folder)
    return folder / "node.toml"


def findings(done, config, severity):
    text = done.stderr.decode()
    return re.findall(rf"^{re.escape(str(config))}:(\d+):\d+: {severity}: (.*)$", text, re.M)


def test_the_grow_room_is_understood_but_for_what_this_build_lacks(binary, grow_room):
    done = run_cantrail(binary, "check", grow_room, env=quiet_environment())
    assert done.returncode == 78
    for line, message in findings(done, grow_room, "error"):
        assert "is not in this build" in message, done.stderr.decode()
    last = done.stderr.decode().splitlines()[-1]
    assert re.fullmatch(
        rf"{re.escape(str(grow_room))}: right, but this build lacks [^;]*\[server\] auth = \"token\"; \d+ warnings?", last
    ), last
    assert "named signal" not in done.stderr.decode()


def test_the_leaf_is_understood_but_for_what_this_build_lacks(binary, leaf):
    done = run_cantrail(binary, "check", leaf, env=quiet_environment())
    assert done.returncode == 78
    for line, message in findings(done, leaf, "error"):
        assert "is not in this build" in message, done.stderr.decode()
    assert "right, but this build lacks " in done.stderr.decode()
    assert "hunter" not in done.stderr.decode()


def test_a_slip_in_them_is_still_found(binary, leaf):
    leaf.write_text(leaf.read_text().replace('except = ["Gps*"]', 'except = ["Gsp*"]\nlike = "influks"', 1)
                    .replace('like = "influx"\n', "", 1).replace("Battery.current", "Battery.curent"))
    done = run_cantrail(binary, "check", leaf, env=quiet_environment())
    text = done.stderr.decode()
    assert done.returncode == 78
    assert "there is no [sink.influks] to be like; did you mean [sink.influx]?" in text
    assert '"Gsp*" fits no stream of this node' in text
    assert "stream 'Battery' has no field 'curent'; did you mean 'current'?" in text
    assert "right, but" not in text


def test_an_env_file_that_others_can_read_is_refused(binary, leaf):
    open_file = leaf.parent / "influxdb-cloud.env"
    open_file.chmod(0o640)
    done = run_cantrail(binary, "check", leaf, env=quiet_environment())
    assert f"run `chmod 600 {open_file}`" in done.stderr.decode()


TWENTY = [
    ("config_version = 1", None),
    ("colour = 'red'", (1, "unknown key 'colour' at the top of the file")),
    ("[source.can0]", None),
    ("type = 'simulate'", None),
    ("dbc = 'leaf.dbc'", None),
    ("[source.can1]", None),
    ("like = 'cam0'", (8, "there is no [source.cam0] to be like; did you mean [source.can0]?")),
    ("[copies.node]", None),
    ("step = 0", (8, "'step' in [copies.node] is 0, which is too small: 1 to 536,870,911")),
    ("1 = { suffix = 7.5 }", (16, "'suffix' in [copies.node.1] must be a string, not a number with a fraction")),
    ("[alias]", None),
    ("Old = 'Batery'", (7, "'Old' in [alias]: there is no stream 'Batery'; did you mean 'Battery'?")),
    ("Older = 'Battery.soc'", (9, "'Older' in [alias] must be, like 'Battery.soc', a field")),
    ("[signal]", None),
    ("a = { from = 'Battery.sco' }",
     (14, "'from' in [signal.a]: stream 'Battery' has no field 'sco'; did you mean 'soc'?")),
    ("b = { expr = 'sqr(a)' }", (14, "'expr' in [signal.b] has no function sqr(); did you mean sqrt()?")),
    ("c = { expr = 'a + 1', round = '3' }",
     (31, "'round' in [signal.c] must be a whole number, not a string: write 3 without quotes")),
    ("d = { expr = 'a', good = [5] }", (26, "[signal.d] good: is [low, high], as in [20, 28]")),
    ("[sink.history]", None),
    ("type = 'sqlite'", None),
    ("keep = ['30d', '60d']", (8, "'keep' in [sink.history] \"60d\" is a second limit of the same kind")),
    ("max_rate = 10",
     (12, "'max_rate' in [sink.history] needs a unit: write \"10/s\"")),
    ("only = ['Batery*']", (9, "'only' in [sink.history]: \"Batery*\" fits no stream of this node; did you mean "
                               "'Battery'?")),
    ("on_change = 1", (13, "'on_change' in [sink.history] must be true or false, not a whole number")),
    ("when_full = 'drop-oldest'",
     (13, "'when_full' in [sink.history] cannot be \"drop-oldest\": a durable sink reads on in the journal, and "
          "nothing is dropped; write \"journal\"")),
    ("env_file = 'none.env'", (12, "there is no file FOLDER/none.env")),
    ("[sink.cloud]", (7, "'type' is missing in [sink.cloud] (this build has: sqlite)")),
    ("except = 5", (10, "'except' in [sink.cloud] must be a pattern, not a whole number: write it in quotes: "
                        "\"Battery*\"")),
    ("[server]", None),
    ("auth = 'token'", (8, "[server] auth = \"token\" is not in this build: without it everyone who reaches the "
                           "address can read; listen on loopback, behind something that asks for a password, and "
                           "leave `auth` out")),
    ("[journal]", None),
    ("keep = '8gb'", (8, "'keep' in [journal] cannot be \"8gb\": write \"8GB\"")),
]


def test_every_mistake_has_its_place_and_its_words(binary, tmp_path, leaf_dbc):
    shutil.copy(leaf_dbc, tmp_path / "leaf.dbc")
    config = write(tmp_path / "wrong.toml", "\n".join(line for line, _ in TWENTY) + "\n")
    done = run_cantrail(binary, "check", config, env=quiet_environment())
    assert done.returncode == 78
    found = re.findall(rf"^{re.escape(str(config))}:(\d+):(\d+): (?:error|warning): (.*)$", done.stderr.decode(), re.M)
    wanted = [
        (str(number), str(mistake[0]), mistake[1].replace("FOLDER", str(tmp_path)))
        for number, (_, mistake) in enumerate(TWENTY, 1)
        if mistake
    ]
    assert len(wanted) >= 20
    build = re.compile(r"this build has: [^)]*")
    assert [(line, column, build.sub("", text)) for line, column, text in found] == [
        (line, column, build.sub("", text)) for line, column, text in wanted
    ]


def test_config_show_says_what_counts_and_where_it_is_from(binary, tmp_path, leaf_dbc):
    config = write(
        tmp_path / "node.toml",
        "config_version = 1\n[source.drive]\ntype = 'simulate'\n[sink.history]\ntype = 'sqlite'\nkeep = '30d'\n",
    )
    write(tmp_path / "conf.d/10.toml", "[sink.history]\nkeep = ['7d', '1GB']\n")
    done = run_cantrail(
        binary, "config", "show", "--origin", config, "--set", "log.level=error",
        env=quiet_environment(WEB_PORT="8123", CANTRAIL_JOURNAL_SYNC="safe"), cwd=tmp_path,
    )
    text = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    lines = {line.split(" = ")[0]: line for line in text.splitlines() if " = " in line}
    assert re.fullmatch(r'level = "error" +# flag --set log\.level', lines["level"]), text
    assert re.fullmatch(r'sync = "safe" +# environment CANTRAIL_JOURNAL_SYNC', lines["sync"]), text
    assert re.fullmatch(r'listen = "127\.0\.0\.1:8123" +# environment WEB_PORT', lines["listen"]), text
    assert re.fullmatch(r'keep = \["7d", "1GB"\] +# .*conf\.d/10\.toml:2', lines["keep"]), text
    assert lines["queue"].endswith("  # default"), text

    plain = run_cantrail(binary, "config", "show", config, env=quiet_environment(), cwd=tmp_path).stdout.decode()
    assert "#" not in plain
    again = write(tmp_path / "shown/node.toml", plain)
    shown = run_cantrail(binary, "config", "show", again, env=quiet_environment(), cwd=tmp_path)
    assert (shown.returncode, shown.stdout.decode()) == (0, plain), shown.stderr.decode()


def test_config_show_never_shows_a_secret(binary, leaf):
    done = run_cantrail(binary, "config", "show", "--origin", leaf, env=quiet_environment(), cwd=leaf.parent)
    assert b"hunter" not in done.stdout + done.stderr


def test_set_takes_a_key_and_a_value(binary, tmp_path):
    config = write(tmp_path / "node.toml", "config_version = 1\n")
    assert run_cantrail(binary, "check", config, "--set", "log.level").returncode == 2
    wrong = run_cantrail(binary, "check", config, "--set", "log.levl=info", env=quiet_environment())
    assert wrong.returncode == 78
    assert b"did you mean 'log.level'?" in wrong.stderr
