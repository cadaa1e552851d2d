import { z } from 'zod';

/** Something to look at: a page of the dashboard, with its range where it has one. */
export const EvidenceLink = z.object({ says: z.string(), href: z.string() });
export type EvidenceLink = z.infer<typeof EvidenceLink>;

/** One probable cause, or symptom. */
export const Suspicion = z.object({
  /** The rule that found it. */
  rule: z.string(),
  /** How probable it is as the cause, 0 to 1: an order, not a measurement. */
  likely: z.number().min(0).max(1),
  /** In words, with the figures. */
  says: z.string(),
  evidence: z.array(EvidenceLink),
});
export type Suspicion = z.infer<typeof Suspicion>;

export const Diagnosis = z.object({
  service: z.string(),
  /** Epoch ms. */
  at: z.number(),
  /** The whole in a sentence or two. */
  summary: z.string(),
  /** Most probable first. */
  suspicions: z.array(Suspicion),
  /** What was looked at, and what could not be. */
  looked: z.array(z.string()),
  blind: z.array(z.string()),
});
export type Diagnosis = z.infer<typeof Diagnosis>;
