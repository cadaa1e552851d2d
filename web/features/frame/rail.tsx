'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useMemo } from 'react';
import { breakersAt, faultsAt } from '../../live/figures.ts';
import { withRange } from '../../live/time-range.ts';
import { useSearch } from '../../live/url-state.ts';
import { useSettled } from '../../live/use-settled.ts';
import { useStuckSagas } from '../../live/use-stuck-sagas.ts';
import { useWindow } from '../../live/use-window.ts';
import { BrandGlyph } from '../../ui/glyphs/brand.tsx';
import { RailIcon, type RailIconName } from '../../ui/glyphs/rail-icons.tsx';
import type { StateHue } from '../../ui/state.ts';
import styles from './frame.module.css';
import { PLACES, placeOf } from './places.ts';
import { ThemeToggle } from './theme-toggle.tsx';

interface Badge {
  count: number;
  hue: StateHue;
  words: string;
}

function useBadges(): Partial<Record<RailIconName, Badge>> {
  const { timeline, at } = useSettled(useWindow(), 500);
  const stuck = useStuckSagas().data?.sagas.length ?? 0;
  return useMemo(() => {
    const badges: Partial<Record<RailIconName, Badge>> = {};
    const states = [...breakersAt(timeline, at).values()].map((b) => b.state);
    const open = states.filter((s) => s === 'open' || s === 'forced_open').length;
    const half = states.filter((s) => s === 'half_open').length;
    if (open > 0) badges.breakers = { count: open, hue: 'open', words: `${open} open` };
    else if (half > 0) badges.breakers = { count: half, hue: 'half', words: `${half} half-open` };
    const faults = faultsAt(timeline, at).length;
    if (faults > 0) badges.chaos = { count: faults, hue: 'fault', words: `${faults} armed` };
    // Whoever waits for a person waits now, whatever instant the page shows.
    if (stuck > 0) badges.sagas = { count: stuck, hue: 'failing', words: `${stuck} waiting for a person` };
    return badges;
  }, [timeline, at, stuck]);
}

/** On a phone the rail scrolls: the place where one is must be seen. */
function intoView(link: HTMLElement | null): void {
  link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** The left rail: every page by icon and word. */
export function Rail() {
  const here = placeOf(usePathname());
  const search = useSearch();
  const badges = useBadges();
  return (
    <nav className={styles.rail} aria-label="Main">
      <span className={styles.logo}>
        <BrandGlyph />
      </span>
      {PLACES.map((place) => {
        const badge = badges[place.icon];
        return (
          <Link
            key={place.href}
            href={withRange(place.href, search)}
            className={styles.railLink}
            aria-current={place === here ? 'page' : undefined}
            ref={place === here ? intoView : undefined}
          >
            <RailIcon name={place.icon} />
            {place.name}
            {badge ? (
              <span className={styles.badge} style={{ color: `var(--${badge.hue})` }} title={badge.words}>
                {badge.count}
                <span className="visually-hidden"> {badge.words}</span>
              </span>
            ) : null}
          </Link>
        );
      })}
      <span className="gap" />
      <ThemeToggle />
    </nav>
  );
}
