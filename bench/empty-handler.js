// The measure of a request that does nothing: a controller with an empty handler, in the same application as the
// others, behind the same hooks, parsers, filters and pipes.
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { AppModule } from './built.js';

export const emptyPath = '/bench/empty';

class EmptyController {
  empty() {
    return {};
  }
}

// What a decorator would say above the method, in plain JavaScript.
const method = /** @type {PropertyDescriptor} */ (
  Object.getOwnPropertyDescriptor(EmptyController.prototype, 'empty')
);
// Its body is parsed and handed over, and nothing looks at it.
Body()(EmptyController.prototype, 'empty', 0);
HttpCode(200)(EmptyController.prototype, 'empty', method);
Post('empty')(EmptyController.prototype, 'empty', method);
Controller('bench')(EmptyController);

/** Every service that starts in this process from now on has the empty handler too. */
export function addEmptyHandler() {
  const standard = AppModule.with.bind(AppModule);
  AppModule.with = async (...options) => ({
    ...(await standard(...options)),
    controllers: [EmptyController],
  });
}
