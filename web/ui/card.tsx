import type { CSSProperties, HTMLAttributes } from 'react';
import { hueColor, type StateHue } from './state.ts';
import styles from './ui.module.css';

interface CardProps extends HTMLAttributes<HTMLDivElement> {
  /** Border in the colour of a state. */
  hue?: StateHue;
  dashed?: boolean;
}

/** A raised box inside a page. */
export function Card({ hue, dashed, style, className = '', ...rest }: CardProps) {
  const vars = hue ? ({ '--hue': hueColor(hue), ...style } as CSSProperties) : style;
  return (
    <div
      {...rest}
      className={`${styles.card} ${className}`}
      data-hue={hue}
      data-dashed={dashed ? '' : undefined}
      style={vars}
    />
  );
}
