import styles from './switch.module.css';

interface Props {
  /** Of what it switches; the state is said by the switch itself. */
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  disabled?: boolean;
}

/** On is the safe side; off is red. */
export function Switch({ label, on, onChange, disabled }: Props) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      disabled={disabled}
      className={styles.switch}
      onClick={() => onChange(!on)}
    >
      <span aria-hidden="true">{on ? 'on' : 'off'}</span>
      <i aria-hidden="true" />
    </button>
  );
}
