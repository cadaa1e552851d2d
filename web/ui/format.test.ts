import { describe, expect, it } from 'vitest';
import { ago, countdown, durationText, percent, rateText, shortId } from './format.ts';

describe('format', () => {
  it('writes durations in the unit a person would', () => {
    expect([0.42, 31, 3_480, 101_000, 1_200_000].map(durationText)).toEqual([
      '0.4 ms',
      '31 ms',
      '3.48 s',
      '101.0 s',
      '20 min',
    ]);
    expect(durationText(null)).toBe('–');
  });

  it('never writes an unknown value as zero, nor a small one, nor nearly all as all', () => {
    expect(rateText(null)).toBe('–');
    expect(rateText(0.01)).toBe('<0.1/s');
    expect(percent(0.0001)).toBe('<0.1 %');
    expect(durationText(0.02)).toBe('<0.1 ms');
    expect(percent(0)).toBe('0 %');
    expect(percent(0.99965)).toBe('>99.9 %');
    expect(percent(1)).toBe('100 %');
    expect(percent(0.509)).toBe('50.9 %');
  });

  it('counts down in whole seconds and never below zero', () => {
    expect([64_000, 11_001, -5].map(countdown)).toEqual(['1:04', '12 s', '0 s']);
  });

  it('says how long ago', () => {
    expect([0, 4_000, 200_000].map((ms) => ago(0, ms))).toEqual(['now', '4 s ago', '3 min ago']);
  });

  it('shortens long ids only', () => {
    expect(shortId('9be2aa001122334455667788990041d0')).toBe('9be2…41d0');
    expect(shortId('ord_5M2K9')).toBe('ord_5M2K9');
  });
});
