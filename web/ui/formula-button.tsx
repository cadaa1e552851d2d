'use client';
import { Popover } from '@mantine/core';
import { type ReactNode, useState } from 'react';
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
          aria-label={`fx: how ${name} is reached`}
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
