// Times as text, for the path of every command.
import { timestamp } from './runtime.js';

/** Dozens of commands share a millisecond, and writing a time as text costs as much as deciding a command. */
export function timestamps(): (ms: number) => string {
  let latestMs = NaN;
  let text = '';
  return (ms) => {
    if (ms !== latestMs) text = timestamp(ms);
    latestMs = ms;
    return text;
  };
}
