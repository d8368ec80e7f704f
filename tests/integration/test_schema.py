"""`config schema` held against the program itself by an independent validator: what `check` takes the schema takes,
and what `check` refuses as written wrongly the schema refuses."""

import copy
import json
import random
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest
from conftest import ROOT
from harness import PATIENCE_S, run_cantrail
from test_configuration import quiet_environment

EXAMPLES = sorted(ROOT.glob("examples/*/*.toml"))
REFERENCE = ROOT / "docs/reference"


def schema_of(binary, *flags):
    done = run_cantrail(binary, "config", "schema", *flags)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def schema(binary):
    return schema_of(binary)


@pytest.fixture(scope="module")
def validator(schema):
    return jsonschema.Draft202012Validator(schema)


def complaints(validator, text):
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(tomllib.loads(text))]


@pytest.fixture
def check(binary, tmp_path):
    """check(text): the errors of `cantrail check`, as (line, message)."""

    def run(text):
        config = tmp_path / "checked.toml"
        config.write_text(text)
        done = run_cantrail(binary, "check", config, env=quiet_environment())
        assert done.returncode in (0, 78), done.stderr
        found = re.findall(rf"^{re.escape(str(config))}:(\d+):\d+: error: (.*)$", done.stderr.decode(), re.M)
        return [(int(line), message) for line, message in found]

    return run


def samples():
    """The samples of all components, as their generated pages show them."""
    found = {}
    for page in sorted(REFERENCE.glob("s*-*.md")):
        found[page.stem] = re.search(r"^```toml\n(.*?)^```", page.read_text(), re.M | re.S)[1]
    assert len(found) >= 5
    return found


# --- what is right ---


def test_the_schema_is_one(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_valid(validator, path):
    assert complaints(validator, path.read_text()) == []


def test_samples_of_components_are_valid_also_with_what_they_leave_to_comments(validator):
    for name, sample in samples().items():
        spelt_out = re.sub(r"^# (\w+ = )", r"\1", sample, flags=re.M)
        for text in (sample, spelt_out):
            assert complaints(validator, "config_version = 1\n" + text) == [], name


def test_defaults_and_examples_are_valid_themselves(schema):
    seen = 0
    for place, keys in described_tables(schema):
        for key, one in keys.items():
            for value in one.get("examples", []) + ([one["default"]] if "default" in one else []):
                shape = {**one, "$defs": schema["$defs"]}
                errors = [e.message for e in jsonschema.Draft202012Validator(shape).iter_errors(value)]
                assert errors == [], (place, key, value)
                seen += 1
    assert seen > 60


# --- every key is known to both, and no other ---


def described_tables(schema):
    """All tables that have keys of their own: (where they stand, their properties)."""
    yield "", {k: v for k, v in schema["properties"].items() if "properties" not in v and v.get("type") != "object"}
    for name, section in schema["properties"].items():
        if name in ("source", "sink"):
            continue
        if "properties" in section:
            yield name, section["properties"]
        for inner in [section.get("additionalProperties"), *section.get("patternProperties", {}).values()]:
            if isinstance(inner, dict) and "properties" in inner:
                yield f"{name}.NAME", inner["properties"]
    for name, one in schema["$defs"].items():
        kind, _, rest = name.partition(".type.")
        if rest:
            resolve = {k: schema["$defs"][v["$ref"][8:]] if "$ref" in v else v for k, v in one["properties"].items()}
            yield f"{kind}.NAME type {rest}", resolve


def value_for(key):
    if "const" in key:
        return key["const"]
    if "default" in key:
        return key["default"]
    if "examples" in key:
        return key["examples"][0]
    if "enum" in key:
        return key["enum"][0]
    kind = key["type"][-1] if isinstance(key["type"], list) else key["type"]
    if kind == "array":
        return [value_for(key["items"])]
    by_kind = {"boolean": True, "integer": key.get("minimum", 1), "number": 1.5, "object": {}, "string": "x"}
    return by_kind[kind]


def toml(value):
    return json.dumps(value)  # of what stands here the same


def test_the_program_knows_every_key_of_the_schema(schema, check):
    for place, keys in described_tables(schema):
        section, _, type_of = place.partition(" type ")
        if section == "":
            text = "".join(f"{key} = {toml(value_for(one))}\n" for key, one in keys.items())
        else:
            header = section.replace("NAME", "probe")
            text = f"config_version = 1\n[{header}]\n"
            text += "".join(f"{key} = {toml(value_for(one))}\n" for key, one in keys.items())
        unknown = [message for _, message in check(text) if "unknown" in message or "is no copy" in message]
        assert unknown == [], (place, text)


def tables_with_keys(document, path=()):
    """Every table of a document whose keys the language has, and not the user."""
    if len(path) == 0 or path[0] in ("node", "log", "journal", "server") or len(path) == 2:
        if path[:1] not in [("alias",)]:
            yield path, document
    for key, value in document.items():
        if isinstance(value, dict) and len(path) < 2:
            yield from tables_with_keys(value, (*path, key))


def misspelt(word, chance):
    """A slip of the finger: one letter left out, doubled, changed or swapped."""
    at = chance.randrange(len(word))
    slips = [word[:at] + word[at + 1:], word[:at] + word[at] + word[at:], word[:at] + "q" + word[at + 1:],
             word[:at] + word[at:at + 2][::-1] + word[at + 2:]]
    return chance.choice([slip for slip in slips if slip and slip != word])


def as_toml(document):
    """The document as TOML again: inline tables below the sections."""
    def inline(value):
        if isinstance(value, dict):
            return "{ " + ", ".join(f"{toml(k)} = {inline(v)}" for k, v in value.items()) + " }"
        if isinstance(value, list):
            return "[" + ", ".join(inline(v) for v in value) + "]"
        return toml(value)

    lines = [f"{toml(key)} = {inline(value)}" for key, value in document.items()]
    return "\n".join(lines) + "\n"


def test_a_misspelt_key_is_refused_by_both(validator, check, one_round_in):
    chance = random.Random(20)
    documents = [tomllib.loads(path.read_text()) for path in EXAMPLES]
    documents += [tomllib.loads("config_version = 1\n" + sample) for sample in samples().values()]
    documents.append(tomllib.loads(
        'config_version = 1\nlog = { level = "info", format = "json" }\n[source.can0]\ntype = "socketcan"\n'
        '[signal]\nvpd = { expr = "1 + 1", unit = "kPa" }\n[copies.node]\nstep = 0x100\n1 = { suffix = "_a" }\n'
        '[sink.a]\ntype = "sqlite"\nqueue = "8MiB"\nmax_rate = "1/s"\n[sink.b]\nlike = "a"\nexcept = ["Gps*"]\n'))
    seen = tried = 0
    for document in documents:
        assert complaints(validator, as_toml(document)) == []
        for path, table in tables_with_keys(document):
            for key in table:
                if path in [("source",), ("sink",), ("signal",), ("copies",), ("component",)]:
                    continue  # names are the user's
                if path[0:1] == ("copies",) and (key.isdigit() or len(path) > 2):
                    continue  # so are numbers of copies and their labels
                seen += 1
                if seen % one_round_in:
                    continue
                wrong = copy.deepcopy(document)
                place = wrong
                for step in path:
                    place = place[step]
                slip = misspelt(key, chance)
                place[slip] = place.pop(key)
                text = as_toml(wrong)
                assert complaints(validator, text) != [], f"the schema takes {slip} for {key} in {path}"
                assert check(text) != [], f"the program takes {slip} for {key} in {path}"
                tried += 1
    assert tried > 60 // one_round_in


# --- values ---

# The cases of the unit tests of each quantity: base/text_test, base/rate_test, component/keep_test,
# component/toml/value_reader_test and option_reader_test.
CAR = f'[source.can0]\ntype = "simulate"\ndbc = "{ROOT / "examples/leaf/leaf.dbc"}"\n'  # whose fields signals name
VALUES = {
    "delay": ('[sink.{name}]\ntype = "sqlite"\ndelay = {value}\n',
              ['"10s"', '"1.5s"', '"1m30s"', '".5s"', '"100ms"', '"5m"'],
              ['"10"', '"10 s"', '""', "10", "true", '"soon"', '"5 sec"', '"-1s"', '"1h 30m"', '"1e3s"', '["10s"]']),
    "queue": ('[sink.{name}]\ntype = "sqlite"\nqueue = {value}\n',
              ['"64MiB"', '"64000KB"', '"1.5MiB"', '"8 MiB"', '"100kB"', '"1GiB"'],
              ['"12 apples"', '"120000"', '"-1"', '"64kib"', '"64mb"', "65536", '""', '"TB"', '"8g"']),
    "max_rate": ('[sink.{name}]\ntype = "sqlite"\nmax_rate = {value}\n',
                 ['"1/s"', '"30/min"', '"30/m"', '"36/h"', '"0.5/s"', '"1/10s"', '"1/100ms"', '"1/.5s"', '"1/d"'],
                 ['""', '"1"', '"/s"', '"1/"', '"1/0s"', '"-1/s"', '"1 /s"', '"one/s"', '"1/parsec"', '"nan/s"',
                  '"inf/s"', '"1/s/s"', '"1Hz"', '"1e3/s"', "1", "true"]),
    "keep": ('[sink.{name}]\ntype = "sqlite"\nkeep = {value}\n',
             ['"30d"', '"8GB"', '"1000000 rows"', '"1,000,000 rows"', '"1_000_000rows"', '"forever"', '["forever"]',
              '["30d", "8GB", "1000000 rows"]', '"90m"', '" 30d "', '["90m", "1GiB"]'],
             ['[]', '"much"', '"30"', '"-1 rows"', '"rows"', '["forever", "30d"]', '"8gb"', "8", '"30."', '[30]',
              '"30 d"', '["30d", "8GB", "1000000 rows", "1h"]']),
    "level": ('[log]\nlevel = {value}\n', ['"info"', '"warning"', '"error"'], ['"inof"', '"INFO"', "1"]),
    "format": ('[log]\nformat = {value}\n', ['"auto"', '"text"', '"json"', '"journald"'], ['"xml"', '""', "true"]),
    "log keep": ('[log]\nkeep = {value}\n', ['"64KiB"', '"16MiB"'], ['"64 k"', '["1MiB"]', '"forever"']),
    "journal keep": ('[journal]\nkeep = {value}\n', ['"8GB"', '"1MiB"'], ['"8gb"', "8", '"30d"', '["8GB"]']),
    "bitrate": ('[source.{name}]\ntype = "socketcan"\nbitrate = {value}\n', ["1000", "500_000", "1_000_000", "0x7D0"],
                ["999", "1_000_001", '"500000"', "1.5", "true"]),
    "speed": ('[source.{name}]\ntype = "simulate"\nchannel = "{name}"\nspeed = {value}\n', ["1", "0.5", "10000"],
              ["0", "0.009", "10001", '"1"']),
    "enabled": ('[sink.{name}]\ntype = "sqlite"\nenabled = {value}\n', ["true", "false"], ['"true"', "1", "[]"]),
    "only": ('[sink.{name}]\ntype = "sqlite"\nonly = {value}\n', ['"Gps*"', '["Gps*", "can0:Battery.soc"]', "[]"],
             ['""', '[""]', "5", '["a", 3]', "true"]),
    "path": ('[sink.{name}]\ntype = "sqlite"\npath = {value}\n', ['"data/{name}.db"'], ['""', "5", '["a"]']),
    "good": (CAR + '[signal]\n{name} = {{ expr = "Battery.soc", good = {value} }}\n', ["[20, 28]", "[0.5, 99]"], ['["20", "28"]', '"x"']),
    "round": (CAR + '[signal]\n{name} = {{ expr = "Battery.soc", round = {value} }}\n', ["0", "15"], ["16", "-1", '"3"', "1.5"]),
    "step": ('[copies.{name}]\nstep = {value}\n1 = {{ suffix = "_{name}" }}\n', ["1", "0x100", "0x1FFFFFFF"],
             ["0", "0x20000000", '"256"']),
    "copy": ('[copies.{name}]\nstep = 1\n{value} = {{ suffix = "_{name}" }}\n', ["0", "1", "2047", "007"],
             ["2048", "x", "-1", '"1.5"']),
    "label": ('[copies.{name}]\nstep = 1\n1 = {{ room = {value} }}\n', ['"Flower"', "7"], ["[]", "7.5", "true"]),
    "alias": ('[alias]\n{name} = {value}\n', [], ["5", "[]", "true"]),
    "message": ('[component.{name}]\nid = "{{component_id}}"\nmessage = {value}\n', ['"*"', '["a", "b*"]'], ["5", "[7]"]),
    "listen": ('[server]\nlisten = {value}\n', ['"127.0.0.1:8080"'], ["8080", "true"]),
    "name": ('[sink.{value}]\ntype = "sqlite"\npath = "{name}.db"\n', ["history", "a-b_1"], ['"two words"', '"ä"', "live"]),
    "absent": (CAR + '[signal]\n{name} = {{ from = "Battery.soc", absent = {value} }}\n', ["0xFF", "[254, 255]"],
               ["1.5", '"0xFF"']),
    "table": (CAR + '[signal]\n{name} = {{ from = "Battery.soc", table = {value} }}\n', ["[[0, 0], [100, 4.5]]"],
              ["[0, 100]", "[[1, 2, 3], [2, 3, 4]]", '"x"']),
    "signal name": (CAR + '[signal]\n{value} = {{ expr = "Battery.soc" }}\n', ["co2", "_a"], ['"e f"', "2co", "a-b"]),
}


@pytest.mark.parametrize("what", VALUES)
def test_values_are_right_or_wrong_for_both(validator, check, what):
    template, right, wrong = VALUES[what]
    for number, (value, is_right) in enumerate([(v, True) for v in right] + [(v, False) for v in wrong]):
        text = "config_version = 1\n" + template.format(name=f"n{number}", value=value.format(name=f"n{number}"))
        said, found = complaints(validator, text), check(text)
        if is_right:
            assert said == [], f"the schema refuses {value}"
            assert found == [], f"the program refuses {value}"
        else:
            assert said != [], f"the schema takes {value}"
            assert found != [], f"the program takes {value}"


SECTIONS = [  # (text, whether it is right)
    ('[source.socketcan]\nbitrate = 500_000\n', True),  # the name is the type
    ('[source.socketcan]\nscenario = "leaf"\n', False),  # a key of another type
    ('[source.socketcan]\ntype = "simulate"\nscenario = "leaf"\n', True),  # unless it says otherwise
    ('[source.can0]\nbitrate = 500_000\n', False),  # no type of that name
    ('[source.can0]\ntype = "socketcan"\npath = "x"\n', False),
    ('[source.a]\ntype = "simulate"\nseed = 1\n[source.b]\nlike = "a"\nchannel = "can1"\nseed = 2\n', True),
    ('[source.a]\ntype = "simulate"\n[source.b]\nlike = "a"\nsed = 2\n', False),
    ('[source.a]\ntype = "logfile"\n', False),  # `path` is missing
    ('[source.a]\ntype = "logfile"\npath = "-"\n[source.b]\nlike = "a"\nenabled = false\n', True),
    ('[sink.x]\ntype = "sqlit"\n', False),
    ('[sink.x]\ntype = "no-such-store"\nenabled = false\nurl = "x"\n', True),  # of another build, and off
    ('[sink.history]\ntype = "sqlite"\npassword = "x"\n', False),
    ('[sink]\nhistory = 5\n', False),
    ('node = "leaf"\n', False),
    ('[serve]\n', False),
    ('colour = "red"\n', False),
    ('[signal]\na = 5\n', False),
    ('[copies]\nx = 1\n', False),
    ('[copies.node]\n1 = { suffix = "_a" }\n', False),  # `step` is missing
    ('[component.x]\nmessage = "*"\n', False),  # `id` is missing
]


@pytest.mark.parametrize("text, is_right", SECTIONS, ids=lambda value: None)
def test_sections_are_right_or_wrong_for_both(validator, check, text, is_right):
    text = "config_version = 1\n" + text
    said, found = complaints(validator, text), check(text)
    assert (said == [], found == []) == (is_right, is_right), (said, found)


def test_the_version_is_required_and_known(validator, check):
    for text in ("", "config_version = 0\n", 'config_version = "1"\n', "config_version = 2\n"):
        assert complaints(validator, text) != [] and check(text) != [], text


def test_in_a_fragment_nothing_is_required(binary):
    fragment = jsonschema.Draft202012Validator(schema_of(binary, "--fragment"))
    assert complaints(fragment, '[sink.cloud]\nkeep = "30d"\n[copies.node]\n2 = { suffix = "_c" }\n') == []
    assert complaints(fragment, "[source.logfile]\nloop = true\n[component.x]\ntype = 'x'\n") == []
    assert complaints(fragment, '[sink.cloud]\nkep = "30d"\n') != []
    assert complaints(fragment, '[sink.cloud]\nkeep = "30 d"\n') != []


# --- in an editor ---


def lint(schema_file, text, folder):
    program = Path(sys.executable).with_name("taplo")
    if not program.is_file():
        pytest.skip("taplo is not installed (see tests/requirements.txt)")
    config = folder / "linted.toml"
    config.write_text(f"#:schema {schema_file.as_uri()}\n{text}")
    return subprocess.run([program, "lint", "--no-auto-config", config], capture_output=True, text=True, cwd=folder,
                          timeout=PATIENCE_S)


def test_the_editors_engine_takes_the_schema(binary, tmp_path):
    schema_file = tmp_path / "cantrail.schema.json"
    schema_file.write_bytes(run_cantrail(binary, "config", "schema").stdout)
    leaf = (ROOT / "examples/leaf/leaf.toml").read_text()
    right = lint(schema_file, leaf, tmp_path)
    assert right.returncode == 0, right.stderr
    wrong = lint(schema_file, leaf.replace("bitrate", "bitrat").replace('"normal"', '"norma"'), tmp_path)
    assert wrong.returncode != 0
    assert "'bitrat' was unexpected" in wrong.stderr and '"norma" is not one of' in wrong.stderr, wrong.stderr
