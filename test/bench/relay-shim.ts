/** The floor's shim: two pipes. `relay-shim <socket>` */
import { connect } from "node:net";

const socket = connect(process.argv[2] as string);
process.stdin.pipe(socket);
socket.pipe(process.stdout);
process.stdin.on("end", () => process.exit(0));
