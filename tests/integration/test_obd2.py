"""OBD-II answers of a moving car, decoded by examples/obd2/obd2.dbc, beside the GNSS receiver that rode along."""

import bisect
import json
import statistics

import pytest

from conftest import ROOT
from harness import run_cantrail

OBD2 = ROOT / "examples/obd2/obd2.dbc"


@pytest.fixture(scope="module", params=[1, 2, 3, 4, 5])
def drive(binary, shared, gnss_dbc, request):
    log = shared / f"logs/css/car-obd-gnss-3BA199E2-{request.param}.log.xz"
    done = run_cantrail(binary, "decode", log, "--dbc", gnss_dbc, "--dbc", OBD2, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    series = {}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        for name, value in row["signals"].items():
            series.setdefault(name, []).append((int(row["time_ns"]) / 1e9, value))
        if "Speed" in row["signals"] and row["signals"]["SpeedValid"]:
            series.setdefault("gnss_kmh", []).append((int(row["time_ns"]) / 1e9, row["signals"]["Speed"] * 3.6))
    return series


def value_at(series, time, apart=2.0):
    """Between two values that are no further apart, straight."""
    i = bisect.bisect(series, (time,))
    if not 0 < i < len(series):
        return None
    (t0, v0), (t1, v1) = series[i - 1], series[i]
    return v0 + (v1 - v0) * (time - t0) / (t1 - t0) if t0 < t1 <= t0 + apart else None


def test_the_car_is_as_fast_as_the_satellites_say(drive):
    """The dashboard's whole km/h are a bit more than the truth: half a km/h in the middle, 95 of 100 within 2."""
    both = [(value_at(drive["vehicle_speed"], time), speed) for time, speed in drive["gnss_kmh"]]
    errors = sorted(abs(car - speed) for car, speed in both if car is not None)
    assert len(errors) >= 40 and max(speed for _, speed in both) > 50
    assert statistics.median(errors) < 0.8
    assert errors[len(errors) * 95 // 100] < 2.0


GEARS = (22.4, 27.2, 34.2, 45.5, 71)  # revolutions a minute for each km/h, of second to sixth gear


def test_the_engine_turns_as_the_gears_have_it(drive):
    """Engine speed by the bus over the car's speed by satellites: most of the time it is one of five numbers."""
    ratios = []
    for time, speed in drive["gnss_kmh"]:
        engine = value_at(drive["engine_speed"], time)
        if engine is not None and speed > 20:
            assert 900 < engine < 3100
            ratios.append(engine / speed)
    if len(ratios) < 100:
        pytest.skip("this recording is short")
    in_gear = sum(any(abs(ratio / gear - 1) < 0.04 for gear in GEARS) for ratio in ratios)
    assert in_gear / len(ratios) > 0.7


def test_a_still_engine_breathes_air_of_the_weather(drive):
    """Where it does not turn, the intake has the pressure of the barometer."""
    still = [time for time, speed in drive["engine_speed"] if speed == 0]
    pressures = [value_at(drive["intake_pressure"], time) for time in still]
    pressures = [one for one in pressures if one is not None]
    if not pressures:
        pytest.skip("in this recording the engine always turns")
    weather = statistics.median(value for _, value in drive["barometric_pressure"])
    assert abs(statistics.median(pressures) - weather) <= 1
