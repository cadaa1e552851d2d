#!/usr/bin/env node
import { carryOut } from './carry-out.ts';
import { processTerminal } from './terminal.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

process.exitCode = await carryOut(process.argv.slice(2), process.env, processTerminal(stop.signal));
