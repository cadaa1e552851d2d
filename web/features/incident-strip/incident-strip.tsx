'use client';

/** The incident strip: one time axis with six lanes, on every page. */
export function IncidentStrip() {
  return <section aria-label="Incident strip" style={{ height: 206 }} />;
}
