// What admins ask of a running service.
import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Verifier } from '../audit/verifier.js';
import type { Verification } from '../audit/verify.js';

@ApiTags('Administration')
@Controller('admin')
export class AdminController {
  constructor(private readonly verifier: Verifier) {}

  @Post('verify')
  @HttpCode(200)
  verify(): Promise<Verification> {
    return this.verifier.verify();
  }
}
