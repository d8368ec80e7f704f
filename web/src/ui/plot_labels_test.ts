import { placeLabels } from "./plot_labels";

const label = (from: number, to: number, wide: number, urgent = false) => ({ from, to, wide, urgent });

it("puts words at the beginning of their span, and leaves out what does not fit in", () => {
  expect(placeLabels([label(10, 200, 50)], 0, 300)).toEqual([10]);
  expect(placeLabels([label(-80, 200, 50)], 0, 300)).toEqual([0]);
  expect(placeLabels([label(10, 50, 50)], 0, 300)).toEqual([null]);
});

it("puts a gap's words over its middle however thin it is, but never beyond the chart", () => {
  expect(placeLabels([label(100, 102, 40, true)], 0, 300)).toEqual([81]);
  expect(placeLabels([label(298, 300, 40, true)], 0, 300)).toEqual([260]);
  expect(placeLabels([label(0, 2, 40, true)], 0, 300)).toEqual([0]);
});

it("lets no words stand over others", () => {
  expect(placeLabels([label(0, 300, 60), label(0, 300, 80)], 0, 300)).toEqual([0, 70]);
  expect(placeLabels([label(0, 300, 60), label(20, 22, 40, true)], 0, 300)).toEqual([51, 1]);
  expect(placeLabels([label(100, 102, 40, true), label(110, 112, 40, true)], 0, 300)).toEqual([81, null]);
});
