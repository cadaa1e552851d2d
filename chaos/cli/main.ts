#!/usr/bin/env node
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, parseCommand } from './arguments.ts';
import { carryOut, explain, type Terminal } from './commands.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

const terminal: Terminal = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  sleep: (ms) => sleep(ms),
  interrupted: stop.signal,
};

function understood(): Command | null {
  try {
    return parseCommand(process.argv.slice(2), process.env);
  } catch (error) {
    process.exitCode = explain(error, terminal);
    return null;
  }
}

const command = understood();
if (command !== null) process.exitCode = await carryOut(command, terminal);
