// The service's log, for whoever is made by Nest: `@Inject(SERVICE_LOG) log: Logger`.

export const SERVICE_LOG = Symbol('the log of the service');
