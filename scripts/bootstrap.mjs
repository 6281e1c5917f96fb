// Sets the repository up where needed, then runs one of its commands under the pinned Node:
//   node scripts/bootstrap.mjs <command> [arguments]
// This file must parse on any Node that knows ES modules, to say so when the one at hand is too old.
const major = Number(process.versions.node.split('.')[0]);

if (major < 20) {
  console.error(
    'Waybill needs Node.js 20 or newer to set itself up; this is ' + process.version + ' (' + process.execPath + ').',
  );
  console.error(
    'Install a newer one and run the command again. Everything else, Node 24 included, is then set up by itself.',
  );
  process.exitCode = 1;
} else {
  void import('./toolchain/run.mjs').then((module) => module.run(process.argv.slice(2)));
}
