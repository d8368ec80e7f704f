// The node's name for the tab; all else on this page is plain text.
fetch("api/status").then((answer) => answer.json()).then((status) => {
  document.title = `${status.node} · cantrail`;
});
