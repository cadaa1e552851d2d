'use client';
import { Component, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { ErrorNote } from './error-note.tsx';

interface Props {
  /** What stands here, as the note begins: `The chart of Rate`. */
  what: string;
  children: ReactNode;
}

interface State {
  /** Wrapped, because anything can be thrown. */
  failed: { error: unknown } | null;
}

/** One widget that fails to draw says so in its own place, and how to go on; everything round it stays. */
export class Boundary extends Component<Props, State> {
  override state: State = { failed: null };

  static getDerivedStateFromError(error: unknown): State {
    return { failed: { error } };
  }

  override render(): ReactNode {
    const { failed } = this.state;
    if (failed === null) return this.props.children;
    const again = (
      <Button size="sm" onClick={() => this.setState({ failed: null })}>
        Try again
      </Button>
    );
    return <ErrorNote error={failed.error} what={this.props.what} action={again} />;
  }
}
