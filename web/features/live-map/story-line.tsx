import { useMemo } from 'react';
import { useSettled } from '../../live/use-settled.ts';
import type { PageWindow } from '../../live/use-window.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { hueColor } from '../../ui/state.ts';
import styles from './map.module.css';
import { type StoryPart, storyAt } from './model/story.ts';

function Part({ question, part }: { question: string; part: StoryPart }) {
  const color = part.hue === 'neutral' ? 'var(--ink1)' : hueColor(part.hue);
  return (
    <span className={styles.storyPart}>
      <i>{question}</i>
      <b style={{ color }}>{part.strong}</b>
      {part.words}
    </span>
  );
}

/** What broke, what did it cost, is it over. */
export function StoryLine({ page }: { page: PageWindow }) {
  const { timeline, at, from, step, loading } = useSettled(page, 500);
  const story = useMemo(() => storyAt(timeline, at, from, step), [timeline, at, from, step]);
  if (loading) {
    return (
      <div className={styles.story}>
        <Skeleton width={520} height={16} />
      </div>
    );
  }
  return (
    <p className={styles.story}>
      <Part question="Broke" part={story.broke} />
      <Part question="Cost" part={story.cost} />
      <Part question="Over?" part={story.over} />
    </p>
  );
}
