/** To be imported before all else: what a program loads is most of what it makes. */
import { compileSooner, stayLean } from "../shim/tuning.ts";

stayLean(true);
compileSooner();
