import { readableUnit } from "./units";

it("makes makers' words for units readable, and leaves others alone", () => {
  expect(["Unit_KiloMeterPerHour", "Unit_MinutInver", "Unit_None", "Unit_Furlong", "km/h", " A ", "constructor"].map(readableUnit))
    .toEqual(["km/h", "1/min", "", "Furlong", "km/h", "A", "constructor"]);
});
