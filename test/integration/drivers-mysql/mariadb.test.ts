import { driverTests } from './suite.ts'

driverTests('mariadb')
