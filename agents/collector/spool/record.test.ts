import { expect, test } from 'vitest';
import { encodeRecord, scanRecords } from './record.ts';

const body = (n: number, size: number) => new Uint8Array(size).fill(n);
const file = (...bodies: Uint8Array[]) => Buffer.concat(bodies.flatMap((b) => encodeRecord([b])));

test('records come back whole and in order, whatever their size', () => {
  const bodies = [body(1, 1), body(2, 127), body(3, 128), body(4, 20_000), body(5, 0)];
  const bytes = file(...bodies);
  const scan = scanRecords(bytes);
  expect(scan.records.map((r) => Buffer.from(r).toString('hex'))).toEqual(
    bodies.map((b) => Buffer.from(b).toString('hex')),
  );
  expect(scan.goodBytes).toBe(bytes.length);
});

test('a body in pieces is the same record as a body in one', () => {
  expect(Buffer.concat(encodeRecord([body(1, 3), body(2, 4)]))).toEqual(
    Buffer.concat(encodeRecord([Buffer.concat([body(1, 3), body(2, 4)])])),
  );
});

test('a tail torn at any byte loses only the record it tore', () => {
  const whole = file(body(1, 300));
  const bytes = Buffer.concat([whole, file(body(2, 300))]);
  for (let cut = whole.length; cut < bytes.length; cut++) {
    expect(scanRecords(bytes.subarray(0, cut))).toMatchObject({ goodBytes: whole.length, records: [{}] });
  }
});

test('one flipped bit anywhere in a record is noticed', () => {
  const whole = file(body(1, 40));
  const bytes = file(body(1, 40), body(2, 40));
  for (let at = whole.length; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    expect(scanRecords(damaged).goodBytes).toBe(whole.length);
  }
});
