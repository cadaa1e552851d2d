import { expect, it } from 'vitest';
import { maintenanceOf } from './maintenance-model.ts';

it("a maintenance begins now or at a time of the reader's own clock, and lasts as long as was chosen", () => {
  const now = 1_800_000_000_000;
  expect(maintenanceOf({ title: ' new disks ', from: '', minutes: 30 }, now)).toEqual({
    ...{ title: 'new disks', from: now, to: now + 1_800_000 },
  });
  const from = new Date(2027, 0, 8, 20, 15).getTime();
  expect(maintenanceOf({ title: 'x', from: '2027-01-08T20:15', minutes: 60 }, now)).toEqual({
    ...{ title: 'x', from, to: from + 3_600_000 },
  });
  expect(maintenanceOf({ title: 'x', from: 'soon', minutes: 60 }, now)).toBeNull();
});
