'use client';
import Link from 'next/link';
import type { ComponentProps } from 'react';
import { withRange } from '../live/time-range.ts';
import { useSearch } from '../live/url-state.ts';
import { list } from './list.ts';

/** A link inside the dashboard that keeps the time range. */
export function RangeLink({
  href,
  className,
  ...rest
}: Omit<ComponentProps<typeof Link>, 'href'> & { href: string }) {
  return (
    <Link {...rest} href={withRange(href, useSearch())} className={className ?? list.link} prefetch={false} />
  );
}
