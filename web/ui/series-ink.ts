import type { StateHue } from './state.ts';

/** The tokens as colours a canvas can use; read again when the theme changes. */
export interface Ink {
  ink1: string;
  ink2: string;
  ink3: string;
  line1: string;
  line3: string;
  bg1: string;
  hue(hue: StateHue): string;
  fade(color: string, alpha: number): string;
}

export function readInk(): Ink {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink1: token('ink1'),
    ink2: token('ink2'),
    ink3: token('ink3'),
    line1: token('line1'),
    line3: token('line3'),
    bg1: token('bg1'),
    hue: (hue) => (hue === 'neutral' ? token('ink2') : token(hue)),
    fade: (color, alpha) => {
      const byte = Math.round(alpha * 255)
        .toString(16)
        .padStart(2, '0');
      return color.startsWith('#') && color.length === 7 ? `${color}${byte}` : color;
    },
  };
}
