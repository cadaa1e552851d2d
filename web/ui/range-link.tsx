'use client';
import Link from 'next/link';
import type { ComponentProps } from 'react';
import { useSearch } from '../live/url-state.ts';
import { list } from './list.ts';

const RANGE_KEYS = ['range', 'from', 'to', 'at'];

/** The address with the page's time range carried along; keys which the address has already win. Pure. */
export function withRange(href: string, search: string): string {
  const [path = '', own = ''] = href.split('?', 2);
  const params = new URLSearchParams(own);
  const here = new URLSearchParams(search);
  for (const key of RANGE_KEYS) {
    const value = here.get(key);
    if (value !== null && !params.has(key)) params.set(key, value);
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

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
