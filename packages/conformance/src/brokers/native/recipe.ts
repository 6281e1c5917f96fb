import type { BrokerDemands, BrokerKind, RabbitmqVersion, SaslAccess, TlsAccess } from '../broker.ts';
import type { ServerIdentity } from '../probe/exchange.ts';

/** How one kind of server is run from the packages of the system. */
export interface Recipe {
  readonly kind: BrokerKind;
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
  /** The Debian releases that bring a version, for servers of which it can be chosen. */
  readonly releases?: Readonly<Record<string, string>>;
  /** The folder of its programs seen from a root folder, or nothing when it is not there. */
  readonly findPrograms: (root: string, version: RabbitmqVersion) => string | undefined;
  /**
   * Gets what no Debian package brings with the client of another registry, once for this user, and gives its folder, which `prepare` is then
   * handed instead of the programs'.
   */
  readonly fetch?: (programs: string, log: (line: string) => void) => Promise<string>;
  /** Writes configuration and data into `folder`, chooses ports, and says how the server is started and asked. */
  readonly prepare: (programs: string, folder: string, demands: Required<BrokerDemands>) => Promise<Preparation>;
}

/** A server that is ready to be started, as often as is asked for, on the same ports and data. */
export interface Preparation {
  readonly address: string;
  readonly adminAddress?: string;
  readonly tls?: TlsAccess;
  readonly sasl?: SaslAccess;
  /** Started in this order; the last one is the server itself. */
  readonly programs: readonly Program[];
  /** The command line of the running server, to which the words of a command are added. */
  readonly control?: Program;
  /** What asks the server to shut down without waiting for its clients. */
  readonly endSignal: NodeJS.Signals;
  /** Resolves when the server answers in its own protocol. */
  readonly probe: () => Promise<ServerIdentity>;
}

/** One process to start. */
export interface Program {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The user it runs as, where it refuses the superuser. */
  readonly user?: SystemUser;
}

/** A user of the machine by number. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}
