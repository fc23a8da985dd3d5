import { config } from "zod";

// zod speeds parsing up with `new Function`, which the window's content security policy forbids. It would notice and
// go without, but only after a violation. So: before any schema is made; hence a module of its own, imported first.
config({ jitless: true });
