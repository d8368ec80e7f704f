// Units as people write them. Pure.

/** Makers' words for units, in the DBCs of Volkswagen for instance; without the "Unit_" before them. */
const WORDS = new Map<string, string>(Object.entries({
  None: "", Bit: "", ObjectID: "", PerCent: "%", Percent: "%", PerCentPerSecon: "%/s", PerCentOfForceOfGravi: "% g", ForceOfGravi: "g",
  Meter: "m", MilliMeter: "mm", Centimeter: "cm", KiloMeter: "km", MeterPerSecond: "m/s", MeterPerSecon: "m/s", KiloMeterPerHour: "km/h",
  KilometerPerHour: "km/h", MeterPerSeconSquar: "m/s²", MeterPerSquareSecond: "m/s²", MeterPerCubicSecon: "m/s³",
  DegreOfArc: "°", DegreOfArcPerSecon: "°/s", DegreePerSecond: "°/s", DegreCelsi: "°C", MinutInver: "1/min",
  MilliSecon: "ms", Secon: "s", Minut: "min", Hours: "h", Day: "d", Month: "months", Year: "a", Hertz: "Hz",
  NewtoMeter: "Nm", centiNewtoMeter: "cNm", NewtoMeterPerSecon: "Nm/s", KiloNewto: "kN", KiloGram: "kg", KiloGramMeterSquar: "kg·m²",
  Volt: "V", MilliVolt: "mV", Amper: "A", MilliAmper: "mA", AmperHour: "Ah", Watt: "W", KiloWatt: "kW", WattHour: "Wh",
  Bar: "bar", MilliBar: "mbar", BarPerSecon: "bar/s", Liter: "l", MilliLiter: "ml", MicroLiter: "µl", GramPerLiter: "g/l", Lux: "lx",
}));

export const readableUnit = (unit: string): string => (unit.startsWith("Unit_") ? WORDS.get(unit.slice(5)) ?? unit.slice(5) : unit.trim());
