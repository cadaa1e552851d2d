'use client';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';

/** A page that failed to draw; the frame, the strip and Stop all chaos go on working. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <div style={{ padding: 16 }}>
      <ErrorNote error={error} action={<Button onClick={reset}>Try again</Button>} />
    </div>
  );
}
