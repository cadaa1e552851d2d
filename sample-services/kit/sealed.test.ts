import { describe, expect, test } from 'vitest';
import { Seal } from './sealed.ts';

describe('a sealed text', () => {
  test('is read with the same secret, differs each time and does not show what is in it', () => {
    const seal = new Seal('secret of a test');
    const [first, second] = [seal.close('tok_visa'), seal.close('tok_visa')];
    expect(first).not.toBe(second);
    expect(Buffer.from(first, 'base64url').toString('latin1')).not.toContain('tok_visa');
    expect(new Seal('secret of a test').open(first)).toBe('tok_visa');
  });

  test('cannot be read with another secret, or after a change', () => {
    const sealed = new Seal('one').close('tok_visa');
    expect(() => new Seal('two').open(sealed)).toThrow();
    const bytes = Buffer.from(sealed, 'base64url');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(() => new Seal('one').open(bytes.toString('base64url'))).toThrow();
  });
});
