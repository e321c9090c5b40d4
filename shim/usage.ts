/** The command line cannot be meant so. */
export class Usage extends Error {}
