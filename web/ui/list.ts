import classes from './list.module.css';

/** Class names of lists, fields and links in text: `list.table`, `list.field`, `list.link`. */
export const list = {
  wrap: classes.wrap ?? '',
  table: classes.table ?? '',
  num: classes.num ?? '',
  wide: classes.wide ?? '',
  link: classes.link ?? '',
  field: classes.field ?? '',
  label: classes.label ?? '',
};
