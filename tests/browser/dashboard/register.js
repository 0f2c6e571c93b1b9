// What the owner of the site adds: the worker, and a reload once it answers for this page.
if (!navigator.serviceWorker.controller) {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload())
  navigator.serviceWorker.register('./service-worker.js', { type: 'module' })
}
