import { z } from 'zod';

/** What a form, an error and the docs say of a parameter: its name, its unit and what it does. */
interface ParameterMeta {
  title: string;
  unit: string;
  description: string;
}

/** A whole number with its bounds. */
export const whole = (min: number, max: number, fallback: number, meta: ParameterMeta) =>
  z
    .number()
    .int()
    .min(min)
    .max(max)
    .default(fallback)
    .meta({ ...meta });
