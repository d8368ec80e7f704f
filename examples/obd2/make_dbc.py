#!/usr/bin/env python3
"""Writes obd2.dbc: the answers of OBD-II (SAE J1979 over ISO 15765-4), the same message for each control unit.

usage: make_dbc.py > obd2.dbc
"""
# Identifiers that answer: 11 bits, and the usual two of 29 bits (engine, transmission).
UNITS = [(number, f"OBD2_{number:X}") for number in range(0x7E8, 0x7F0)]
UNITS += [(number | 1 << 31, f"OBD2_{number:X}") for number in (0x18DAF110, 0x18DAF118)]

PERCENT = 100 / 255
TRIM = 100 / 128
ON_OFF = {0: "off", 1: "on"}
YES_NO = {0: "no", 1: "yes"}
SERVICES = {65: "current data", 66: "freeze frame", 67: "stored codes", 68: "codes cleared", 71: "pending codes",
            73: "vehicle information", 74: "permanent codes", 127: "refused"}
LOOPS = {0: "no such system", 1: "open, cold", 2: "closed", 4: "open, load or overrun", 8: "open, fault", 16: "closed, fault"}
STANDARDS = {1: "OBD-II (CARB)", 2: "OBD (EPA)", 3: "OBD and OBD-II", 4: "OBD-I", 5: "none", 6: "EOBD", 7: "EOBD and OBD-II",
             8: "EOBD and OBD", 9: "EOBD, OBD and OBD-II", 10: "JOBD", 11: "JOBD and OBD-II", 12: "JOBD and EOBD",
             13: "JOBD, EOBD and OBD-II"}
FUELS = {0: "not available", 1: "petrol", 2: "methanol", 3: "ethanol", 4: "diesel", 5: "LPG", 6: "CNG", 7: "propane", 8: "electric",
         9: "bifuel petrol", 10: "bifuel methanol", 11: "bifuel ethanol", 12: "bifuel LPG", 13: "bifuel CNG", 14: "bifuel propane",
         15: "bifuel electric", 16: "bifuel electric and engine", 17: "hybrid petrol", 18: "hybrid ethanol", 19: "hybrid diesel",
         20: "hybrid electric", 21: "hybrid electric and engine", 22: "hybrid regenerative", 23: "bifuel diesel"}
REFUSALS = {16: "general reject", 17: "service not supported", 18: "not supported", 19: "wrong length", 33: "busy",
            34: "conditions not correct", 49: "out of range", 51: "access denied", 120: "pending"}


class Signal:
    """`byte` counts from the first data byte of the PID; `bit` from its lowest one, for what is smaller than a byte."""

    def __init__(self, name, bits, factor=1, offset=0, unit="", sense="", byte=0, bit=None, signed=False, labels=None,
                 freezes=True):
        self.name, self.bits, self.factor, self.offset, self.unit, self.sense = name, bits, factor, offset, unit, sense
        self.byte, self.bit, self.signed, self.labels, self.freezes = byte, bit, signed, labels, freezes

    def layout(self, data_at):
        """Start bit, length, byte order, sign."""
        first = 8 * (data_at + self.byte)
        sign = "-" if self.signed else "+"
        if self.bit is not None:
            return f"{first + self.bit}|{self.bits}@1{sign}"
        return f"{first + 7}|{self.bits}@0{sign}"

    def range(self):
        low, high = (-(1 << self.bits - 1), (1 << self.bits - 1) - 1) if self.signed else (0, (1 << self.bits) - 1)
        return "|".join(number(round(raw * self.factor + self.offset, 3)) for raw in (low, high))


def number(value):
    return repr(int(value)) if value == int(value) else repr(value)


def supported(first):
    return Signal(f"supported_from_{first:02X}", 32, sense=f"A bit for each of the 32 PIDs from 0x{first:02X} on, the highest first",
                  freezes=False)


def state(name, bit, sense, labels):
    return Signal(name, 1, sense=sense, byte=1, bit=bit, labels=labels, freezes=False)


# Service 01, by PID: formulas of SAE J1979, Appendix B.
CURRENT = {
    0x00: [supported(0x01)],
    0x01: [Signal("trouble_code_count", 7, sense="Number of emission-related codes", bit=0, freezes=False),
           Signal("malfunction_lamp", 1, sense="Malfunction indicator lamp", bit=7, labels=ON_OFF, freezes=False),
           state("misfire_monitored", 0, "Monitor of misfires is there", YES_NO),
           state("fuel_monitored", 1, "Monitor of the fuel system is there", YES_NO),
           state("components_monitored", 2, "Monitor of components is there", YES_NO),
           state("compression_ignition", 3, "The monitors are those of a diesel", YES_NO),
           state("misfire_incomplete", 4, "Monitor of misfires is not complete", YES_NO),
           state("fuel_incomplete", 5, "Monitor of the fuel system is not complete", YES_NO),
           state("components_incomplete", 6, "Monitor of components is not complete", YES_NO),
           Signal("monitors", 8, sense="A bit for each further monitor that is there", byte=2, freezes=False),
           Signal("monitors_incomplete", 8, sense="A bit for each further monitor that is not complete", byte=3, freezes=False)],
    0x03: [Signal("fuel_system_1", 8, labels=LOOPS, sense="Loop of the fuel system"),
           Signal("fuel_system_2", 8, labels=LOOPS, sense="Loop of the second fuel system", byte=1)],
    0x04: [Signal("engine_load", 8, PERCENT, unit="%", sense="Calculated load")],
    0x05: [Signal("coolant_temperature", 8, offset=-40, unit="degC", sense="Engine coolant")],
    0x06: [Signal("short_fuel_trim_1", 8, TRIM, -100, "%", "Short term fuel trim, bank 1")],
    0x07: [Signal("long_fuel_trim_1", 8, TRIM, -100, "%", "Long term fuel trim, bank 1")],
    0x08: [Signal("short_fuel_trim_2", 8, TRIM, -100, "%", "Short term fuel trim, bank 2")],
    0x09: [Signal("long_fuel_trim_2", 8, TRIM, -100, "%", "Long term fuel trim, bank 2")],
    0x0A: [Signal("fuel_pressure", 8, 3, unit="kPa", sense="Fuel rail, over atmosphere")],
    0x0B: [Signal("intake_pressure", 8, unit="kPa", sense="Intake manifold, absolute")],
    0x0C: [Signal("engine_speed", 16, 0.25, unit="rpm")],
    0x0D: [Signal("vehicle_speed", 8, unit="km/h")],
    0x0E: [Signal("timing_advance", 8, 0.5, -64, "deg", "Of cylinder 1, before top dead centre")],
    0x0F: [Signal("intake_temperature", 8, offset=-40, unit="degC", sense="Intake air")],
    0x10: [Signal("air_flow", 16, 0.01, unit="g/s", sense="Mass air flow")],
    0x11: [Signal("throttle", 8, PERCENT, unit="%", sense="Absolute throttle position")],
    0x12: [Signal("secondary_air", 8, sense="Commanded secondary air",
                  labels={1: "upstream", 2: "downstream", 4: "off", 8: "diagnostics"})],
    0x13: [Signal("o2_sensors", 8, sense="A bit for each oxygen sensor of two banks", freezes=False)],
    **{0x14 + i: [Signal(f"o2_voltage_{i + 1}", 8, 0.005, unit="V", sense=f"Oxygen sensor {i + 1}", freezes=False)]
       for i in range(8)},
    0x1C: [Signal("obd_standard", 8, labels=STANDARDS, sense="To which the vehicle is certified", freezes=False)],
    0x1D: [Signal("o2_sensors_of_four", 8, sense="A bit for each oxygen sensor of four banks", freezes=False)],
    0x1E: [Signal("power_take_off", 1, bit=0, labels=ON_OFF)],
    0x1F: [Signal("run_time", 16, unit="s", sense="Since engine start")],
    0x20: [supported(0x21)],
    0x21: [Signal("distance_with_lamp", 16, unit="km", sense="Travelled with the malfunction lamp on", freezes=False)],
    0x22: [Signal("fuel_rail_pressure_relative", 16, 0.079, unit="kPa", sense="Over the intake manifold's")],
    0x23: [Signal("fuel_rail_pressure", 16, 10, unit="kPa", sense="Diesel or direct injection")],
    **{0x24 + i: [Signal(f"lambda_{i + 1}", 16, 2 / 65536, sense=f"Air-fuel ratio by oxygen sensor {i + 1}, with its voltage",
                         freezes=False)] for i in range(8)},
    0x2C: [Signal("commanded_egr", 8, PERCENT, unit="%", sense="Exhaust gas recirculation")],
    0x2D: [Signal("egr_error", 8, TRIM, -100, "%", "Of exhaust gas recirculation")],
    0x2E: [Signal("commanded_purge", 8, PERCENT, unit="%", sense="Evaporative purge")],
    0x2F: [Signal("fuel_level", 8, PERCENT, unit="%")],
    0x30: [Signal("warm_ups", 8, sense="Since codes were cleared", freezes=False)],
    0x31: [Signal("distance_since_cleared", 16, unit="km", sense="Since codes were cleared", freezes=False)],
    0x32: [Signal("evaporation_pressure", 16, 0.25, unit="Pa", sense="Of the evaporative system", signed=True)],
    0x33: [Signal("barometric_pressure", 8, unit="kPa")],
    **{0x34 + i: [Signal(f"pump_lambda_{i + 1}", 16, 2 / 65536, sense=f"Air-fuel ratio by oxygen sensor {i + 1}, with its current",
                         freezes=False)] for i in range(8)},
    **{0x3C + i: [Signal(f"catalyst_temperature_{bank}_{sensor}", 16, 0.1, -40, "degC", f"Bank {bank}, sensor {sensor}")]
       for i, (bank, sensor) in enumerate([(1, 1), (2, 1), (1, 2), (2, 2)])},
    0x40: [supported(0x41)],
    0x42: [Signal("module_voltage", 16, 0.001, unit="V", sense="Of the control module")],
    0x43: [Signal("absolute_load", 16, PERCENT, unit="%")],
    0x44: [Signal("commanded_lambda", 16, 2 / 65536, sense="Air-fuel equivalence ratio")],
    0x45: [Signal("relative_throttle", 8, PERCENT, unit="%")],
    0x46: [Signal("ambient_temperature", 8, offset=-40, unit="degC")],
    0x47: [Signal("throttle_b", 8, PERCENT, unit="%")],
    0x48: [Signal("throttle_c", 8, PERCENT, unit="%")],
    0x49: [Signal("pedal_d", 8, PERCENT, unit="%", sense="Accelerator pedal")],
    0x4A: [Signal("pedal_e", 8, PERCENT, unit="%", sense="Accelerator pedal")],
    0x4B: [Signal("pedal_f", 8, PERCENT, unit="%", sense="Accelerator pedal")],
    0x4C: [Signal("commanded_throttle", 8, PERCENT, unit="%")],
    0x4D: [Signal("time_with_lamp", 16, unit="min", sense="Run with the malfunction lamp on", freezes=False)],
    0x4E: [Signal("time_since_cleared", 16, unit="min", sense="Since codes were cleared", freezes=False)],
    0x51: [Signal("fuel_type", 8, labels=FUELS, freezes=False)],
    0x52: [Signal("ethanol", 8, PERCENT, unit="%", sense="Of the fuel")],
    0x53: [Signal("evaporation_pressure_absolute", 16, 0.005, unit="kPa", sense="Of the evaporative system")],
    0x54: [Signal("evaporation_pressure_wide", 16, unit="Pa", sense="Of the evaporative system", signed=True)],
    0x59: [Signal("fuel_rail_pressure_absolute", 16, 10, unit="kPa")],
    0x5A: [Signal("relative_pedal", 8, PERCENT, unit="%")],
    0x5B: [Signal("hybrid_battery", 8, PERCENT, unit="%", sense="Remaining life of the hybrid battery")],
    0x5C: [Signal("oil_temperature", 8, offset=-40, unit="degC", sense="Engine oil")],
    0x5D: [Signal("injection_timing", 16, 1 / 128, -210, "deg", "Before top dead centre")],
    0x5E: [Signal("fuel_rate", 16, 0.05, unit="L/h")],
    0x60: [supported(0x61)],
    0x61: [Signal("demanded_torque", 8, offset=-125, unit="%", sense="Of the reference torque")],
    0x62: [Signal("actual_torque", 8, offset=-125, unit="%", sense="Of the reference torque")],
    0x63: [Signal("reference_torque", 16, unit="Nm")],
    0x80: [supported(0x81)],
    0x8E: [Signal("friction_torque", 8, offset=-125, unit="%", sense="Of the reference torque")],
    0xA0: [supported(0xA1)],
    0xA6: [Signal("odometer", 32, 0.1, unit="km", freezes=False)],
    0xC0: [supported(0xC1)],
}

# A freeze frame is what is measured, at the moment when a code came.
FREEZE = {0x02: [Signal("freeze_code", 16, sense="The code that stored the frame, as SAE J2012 packs it")]}
for PID, SIGNALS in CURRENT.items():
    kept = [Signal("freeze_" + one.name, one.bits, one.factor, one.offset, one.unit, one.sense, one.byte, one.bit, one.signed,
                   one.labels) for one in SIGNALS if one.freezes]
    if kept:
        FREEZE[PID] = kept

# Service 09, by kind; texts are rows of VehicleIdentification.
INFORMATION = {
    0x00: [Signal("supported_information", 32, sense="A bit for each of the 32 kinds from 0x01 on, the highest first")],
    0x06: [Signal("verification_number", 32, sense="Of the first calibration", byte=1),
           Signal("verification_number_2", 32, sense="Of the second calibration", byte=5)],
    0x08: [Signal("monitor_conditions", 16, sense="Drives in which monitors could have run", byte=1),
           Signal("ignition_cycles", 16, byte=3)],
    0x0B: [Signal("diesel_monitor_conditions", 16, sense="Drives in which monitors could have run", byte=1),
           Signal("diesel_ignition_cycles", 16, byte=3)],
}


def message():
    """(signal, multiplexing, layout, (selector, value) where it has one) of one control unit."""
    yield Signal("service", 8, labels=SERVICES), "M", "15|8@0+", None
    yield Signal("pid", 8), "m65M", "23|8@0+", ("service", 65)
    yield from selected("pid", CURRENT, 3)
    yield Signal("freeze_pid", 8), "m66M", "23|8@0+", ("service", 66)
    yield Signal("freeze_number", 8, sense="Of the freeze frame"), "m66", "31|8@0+", ("service", 66)
    yield from selected("freeze_pid", FREEZE, 4)
    for service, name in ((67, "stored_code_count"), (71, "pending_code_count"), (74, "permanent_code_count")):
        yield Signal(name, 8, sense="Codes in this answer; they are rows of TroubleCodes"), f"m{service}", "23|8@0+", ("service", service)
    yield Signal("information", 8), "m73M", "23|8@0+", ("service", 73)
    yield from selected("information", INFORMATION, 3)
    yield Signal("refused_service", 8), "m127", "23|8@0+", ("service", 127)
    yield Signal("refusal", 8, labels=REFUSALS), "m127", "31|8@0+", ("service", 127)


def selected(selector, signals, data_at):
    for value in sorted(signals):
        for one in signals[value]:
            yield one, f"m{value}", one.layout(data_at), (selector, value)


def main():
    signals = list(message())
    names = [one.name for one, *_ in signals]
    assert len(names) == len(set(names)), "a name is there twice"
    print('VERSION ""\n')
    print("// Answers of OBD-II, services 01, 02, 03, 04, 07, 09, 0A (SAE J1979): one message for each control unit that can answer, 11")
    print("// bits and the usual two of 29 bits. The layout is that of a single frame: length, service, PID, data. The service in eight")
    print("// bits says that answers come by ISO-TP, so several frames are put together; trouble codes are rows of TroubleCodes, the")
    print("// vehicle's number and the names of its software rows of VehicleIdentification. Written by make_dbc.py.\n")
    print("NS_ :\n\nBS_:\n\nBU_:\n")
    for identifier, name in UNITS:
        print(f"BO_ {identifier} {name}: 64 Vector__XXX")
        for one, multiplexing, layout, _ in signals:
            print(f' SG_ {one.name} {multiplexing} : {layout} ({number(one.factor)},{number(one.offset)}) [{one.range()}] "{one.unit}"'
                  " Vector__XXX")
        print()
    for identifier, _ in UNITS:
        for one, *_ in signals:
            if one.sense:
                print(f'CM_ SG_ {identifier} {one.name} "{one.sense}";')
    for identifier, _ in UNITS:
        for one, *_ in signals:
            if one.labels:
                print(f"VAL_ {identifier} {one.name} " + " ".join(f'{value} "{text}"' for value, text in one.labels.items()) + " ;")
    for identifier, _ in UNITS:
        for one, _, _, selection in signals:
            if selection:
                print(f"SG_MUL_VAL_ {identifier} {one.name} {selection[0]} {selection[1]}-{selection[1]};")


if __name__ == "__main__":
    main()
