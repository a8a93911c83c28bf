// What `npm start` runs.
import 'reflect-metadata';
import { interruption } from './runtime/interruption.js';

// Before all that takes time to load: the first process of a container hears no signal that it does not listen for.
const stopping = interruption();
const { serve } = await import('./serve.js');
await serve(process.env, stopping);
