CREATE TABLE accounts_organization (
  org_id bigserial PRIMARY KEY,
  org_name varchar(255) NOT NULL,
  org_domain varchar(255) NOT NULL,
  credits numeric(18, 4) NOT NULL,
  is_active boolean NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE TABLE accounts_roles (
  id bigserial PRIMARY KEY,
  name varchar(50) NOT NULL UNIQUE
);
CREATE TABLE accounts_myuser (
  id bigserial PRIMARY KEY,
  org_id bigint REFERENCES accounts_organization,
  name varchar(255) NOT NULL,
  email varchar(254) NOT NULL UNIQUE,
  role_id bigint REFERENCES accounts_roles,
  is_active boolean NOT NULL,
  is_admin boolean NOT NULL
);
-- Keys without a constraint (Django's db_constraint=False) may lead nowhere, as they do in real databases.
CREATE TABLE jobs_job (
  id bigserial PRIMARY KEY,
  title varchar(255) NOT NULL,
  employment_type varchar(50),
  location varchar(255),
  must_have_skills jsonb,
  published boolean NOT NULL,
  close_date date,
  created_at timestamptz NOT NULL,
  owner_id bigint,
  is_deleted boolean NOT NULL
);
CREATE TABLE jobs_job_users_shared_with (
  id bigserial PRIMARY KEY,
  job_id bigint NOT NULL REFERENCES jobs_job,
  myuser_id bigint NOT NULL REFERENCES accounts_myuser,
  UNIQUE (job_id, myuser_id)
);
CREATE TABLE candidates_candidate (
  id bigserial,
  name varchar(255),
  email varchar(254),
  location jsonb,
  skills jsonb,
  created_at timestamptz NOT NULL,
  hired boolean NOT NULL
);
CREATE TABLE candidates_candidate_applied_jobs (
  id bigserial,
  candidate_id bigint NOT NULL,
  job_id bigint NOT NULL
);
CREATE TABLE candidates_candidate_resumes (
  id bigserial,
  candidate_id bigint NOT NULL,
  resume_id bigint NOT NULL
);
CREATE TABLE candidates_candidatestageevent (
  id bigserial,
  candidate_id bigint NOT NULL,
  job_id bigint NOT NULL,
  stage_name varchar(100),
  stage_key varchar(100),
  timestamp timestamptz NOT NULL,
  status varchar(50),
  updated_by_id bigint
);
CREATE TABLE resumes_resume (
  id bigserial,
  job_id bigint,
  overall_score varchar(20),
  resume_json jsonb,
  status_text varchar(100),
  created_at timestamptz NOT NULL
);
CREATE TABLE jobs_jobuniversalstatus (
  id bigserial,
  candidate_id bigint NOT NULL,
  job_id bigint NOT NULL,
  status varchar(50),
  stage_name varchar(100),
  updated_at timestamptz NOT NULL,
  update_by_id bigint
);
CREATE TABLE assessments_testlog (
  id bigserial,
  job_id bigint,
  assigned_to_id bigint,
  assigned_at timestamptz NOT NULL,
  completed_at timestamptz,
  average_percentage double precision
);
CREATE TABLE screenings_personalityscreening (
  id bigserial,
  job_id bigint,
  candidate_id bigint,
  assigned_at timestamptz NOT NULL,
  completed_time timestamptz,
  revoked boolean NOT NULL,
  status_text varchar(100)
);
CREATE TABLE credits_creditusage (
  id bigserial,
  org_id bigint NOT NULL,
  job_id bigint,
  candidate_id bigint,
  service varchar(50) NOT NULL,
  credits numeric(18, 4) NOT NULL,
  created_at timestamptz NOT NULL
);
