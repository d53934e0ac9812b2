// Once a minute: what does the Hub say about this server? Written by hand as JupyterLab loads it,
// a container of modules with `init` and `get`, so that nothing has to be built.
(() => {
  const EVERY_MS = 60000;

  async function notice(baseUrl) {
    const reply = await fetch(`${baseUrl}labhub/notice`, { credentials: "same-origin" });
    return reply.ok ? (await reply.json()).words : "";
  }

  function activate(app) {
    let shown = "";
    const look = async () => {
      let words = "";
      try {
        words = await notice(app.serviceManager.serverSettings.baseUrl);
      } catch {
        return; // the server is stopping, or the network is away: look again later
      }
      if (words && words !== shown) {
        app.commands.execute("docmanager:save-all");
        app.commands.execute("apputils:notify", {
          message: words,
          type: "warning",
          options: { autoClose: false },
        });
      }
      shown = words;
    };
    setInterval(look, EVERY_MS);
    app.restored.then(look);
  }

  const plugin = { id: "labhub-notices:plugin", autoStart: true, activate };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["labhub-notices"] = {
    init: () => {},
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
