import styles from './ui.module.css';

/** Holds the place of something that loads, in its final size. It does not move. */
export function Skeleton({
  width = '100%',
  height = 16,
}: {
  width?: number | string;
  height?: number | string;
}) {
  return <div className={styles.skeleton} style={{ width, height }} aria-hidden="true" />;
}
