'use client';
import { Popover } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { hueColor, type StateHue } from './state.ts';
import styles from './ui.module.css';

export interface Formula {
  /** `t4 - t3` */
  formula: string;
  /** What went in, or why there is no value. */
  inputs: string;
  /** Links to the rows behind it. */
  links?: ReactNode;
}

/** The f(x) button: opens the formula, its inputs and the rows behind a figure. */
export function FormulaButton({ name, formula, inputs, links }: Formula & { name: string }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" withinPortal trapFocus>
      <Popover.Target>
        <button
          type="button"
          className={styles.formulaButton}
          aria-label={`How ${name} is reached`}
          onClick={() => setOpened((o) => !o)}
        >
          <i aria-hidden="true">fx</i>
        </button>
      </Popover.Target>
      <Popover.Dropdown className={styles.float} aria-label={`Formula of ${name}`}>
        <div className={styles.formula}>
          <b className="ink1">{name}</b>
          <code>{formula}</code>
          {inputs}
          {links ? (
            <div className="row" style={{ marginTop: 8 }}>
              {links}
            </div>
          ) : null}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

interface FigureProps {
  label: string;
  value: ReactNode;
  unit?: string;
  note?: ReactNode;
  hue?: StateHue;
  /** 15 px instead of 24. */
  small?: boolean;
  formula?: Formula;
}

/** One measured number with its unit; every figure can say how it was reached. */
export function Figure({ label, value, unit, note, hue, small, formula }: FigureProps) {
  return (
    <div className={styles.figure}>
      <div className={styles.figureHead}>
        <span className="gap clip">{label}</span>
        {formula ? <FormulaButton name={label} {...formula} /> : null}
      </div>
      <div
        className={styles.figureValue}
        data-small={small ? '' : undefined}
        style={hue ? { color: hueColor(hue) } : undefined}
      >
        {value}
        {unit ? <span>{unit}</span> : null}
      </div>
      {note ? <div className={styles.figureNote}>{note}</div> : null}
    </div>
  );
}
