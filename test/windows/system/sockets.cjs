/**
 * Loaded into every Node before the program: Wine 8 knows no TCP_KEEPALIVE, and Node then refuses to connect at all.
 * Sockets do without here; no test is about keep-alive probes.
 */
require("node:net").Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};
