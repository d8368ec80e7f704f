"""[tile.NAME]: the overview that a configuration asks for."""

from harness import cannelloni_source, free_udp_port, run_cantrail, running

TILES = """
[tile.charge]
kind = "gauge"
signals = "Battery.soc"
title = "Charge"

[tile.both]
kind = "chart"
signals = ["VehicleSpeed.kmh", "can0:Motor.rpm"]
span = 8
"""


def config(tmp_path, leaf_dbc, tiles):
    path = tmp_path / "node.toml"
    path.write_text(
        f'config_version = 1\n[source.can0]\ntype = "cannelloni"\nlisten = "127.0.0.1:20000"\ndbc = "{leaf_dbc}"\n'
        f'[sink.history]\ntype = "sqlite"\n{tiles}'
    )
    return path


def test_the_layout_is_served_in_the_order_of_the_file(make_node, leaf_dbc):
    node = make_node(cannelloni_source(free_udp_port(), leaf_dbc) + TILES)
    with running(node):
        assert node.get("/api/layout") == {
            "tiles": [
                {"name": "charge", "kind": "gauge", "signals": ["Battery.soc"], "title": "Charge", "span": None},
                {"name": "both", "kind": "chart", "signals": ["VehicleSpeed.kmh", "can0:Motor.rpm"], "title": None, "span": 8},
            ]
        }


def test_a_node_without_tiles_has_an_empty_layout(make_node, leaf_dbc):
    with running(make_node(cannelloni_source(free_udp_port(), leaf_dbc))) as node:
        assert node.get("/api/layout") == {"tiles": []}


COPIES = """
[copies.node]
step = 0x210
only = ["Battery"]
1 = { suffix = "_b", room = "Flower back" }
2 = { suffix = "_f", room = "Flower front" }
[tile.front]
kind = "gauge"
signals = "Battery_f.soc"
title = "{room}: {{charge}}, number {node}"
"""


def test_a_title_may_have_the_labels_of_a_copy(binary, make_node, tmp_path, leaf_dbc):
    with running(make_node(cannelloni_source(free_udp_port(), leaf_dbc) + COPIES)) as node:
        assert [tile["title"] for tile in node.get("/api/layout")["tiles"]] == ["Flower front: {charge}, number 2"]
    wrong = run_cantrail(binary, "check", config(tmp_path, leaf_dbc, COPIES.replace("{room}:", "{rom}:")))
    assert wrong.returncode == 78
    assert "'title' in [tile.front] has an unknown placeholder {rom}; did you mean {room}?" in wrong.stderr.decode()


def test_check_names_what_is_wrong_with_a_tile(binary, tmp_path, leaf_dbc):
    assert run_cantrail(binary, "check", config(tmp_path, leaf_dbc, TILES)).returncode == 0
    typo = run_cantrail(binary, "check", config(tmp_path, leaf_dbc, TILES.replace("Battery.soc", "Battery.sox")))
    assert typo.returncode == 0
    assert "[tile.charge]" in typo.stderr.decode()
    assert "did you mean" in typo.stderr.decode()
    for wrong, said in (
        (TILES.replace('"gauge"', '"hologram"'), "gauge"),
        (TILES.replace('"gauge"', '"trail"'), "takes two signals: latitude, then longitude, not 1"),
        (TILES.replace("span = 8", "span = 13"), "12"),
        (TILES.replace("title", "titel"), "did you mean 'title'?"),
    ):
        done = run_cantrail(binary, "check", config(tmp_path, leaf_dbc, wrong))
        assert done.returncode == 78, (wrong, done.stderr)
        assert said in done.stderr.decode(), done.stderr
