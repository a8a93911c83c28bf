// What admins ask of a running service.
import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Verifier, type Verification } from '../audit/verifier.js';

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
