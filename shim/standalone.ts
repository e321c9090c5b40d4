declare const __STANDALONE__: boolean | undefined;

/** This is the executable that brings its own Node, as it lies beside the packed app; the build says so. */
export const IS_STANDALONE: boolean = typeof __STANDALONE__ === "boolean" && __STANDALONE__;
