import { driverTests } from './suite.ts'

driverTests('mysql')
