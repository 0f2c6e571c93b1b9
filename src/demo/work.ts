/** A kind of job: the titles under which it is advertised and the skills that its applicants list, most common first. */
export interface Family {
  titles: readonly string[]
  skills: readonly string[]
}

const list = (text: string): string[] => text.split(/[,\n]\s*/).filter((each) => each !== '')

/** Kinds of jobs. */
export const families: readonly Family[] = [
  {
    titles: list('Backend Engineer, Senior Backend Engineer, Java Developer, Software Engineer'),
    skills:
      list(`Java, SQL, Spring Boot, Python, REST APIs, Microservices, PostgreSQL, Docker, Git, AWS, MySQL, Kafka, Redis
Hibernate, Kubernetes, Go, C++, MongoDB, RabbitMQ, JUnit, Maven, Linux, gRPC, Elasticsearch, System Design`),
  },
  {
    titles: list('Frontend Engineer, React Developer, Senior Frontend Engineer, Web Developer'),
    skills:
      list(`JavaScript, React, HTML, CSS, TypeScript, Redux, Angular, Next.js, Vue.js, Tailwind CSS, Git, Node.js, Jest, Webpack
Bootstrap, Sass, GraphQL, Figma, jQuery, Svelte, Accessibility, Storybook, Cypress, Vite`),
  },
  {
    titles: list('Data Analyst, Business Analyst, Senior Data Analyst, Reporting Analyst'),
    skills:
      list(`SQL, Excel, Python, Power BI, Tableau, Statistics, Data Visualisation, R, Looker, Google Sheets, A/B Testing, Pandas
Data Cleaning, Requirements Analysis, SAS, SPSS, Snowflake, dbt, Forecasting, VBA`),
  },
  {
    titles: list('Data Scientist, Machine Learning Engineer, AI Engineer'),
    skills:
      list(`Python, Machine Learning, SQL, TensorFlow, PyTorch, Deep Learning, scikit-learn, NumPy, Pandas, Statistics
Natural Language Processing, Computer Vision, Spark, MLOps, XGBoost, Feature Engineering, Large Language Models, Keras, Airflow
Time Series Analysis, Hugging Face, Bayesian Statistics`),
  },
  {
    titles: list('DevOps Engineer, Site Reliability Engineer, Cloud Engineer'),
    skills:
      list(`AWS, Docker, Kubernetes, Linux, Terraform, CI/CD, Jenkins, Ansible, Azure, Python, Git, Prometheus, Grafana, Bash
Google Cloud, Helm, Nginx, Networking, GitHub Actions, CloudFormation, Monitoring, ArgoCD, Vault, Incident Management`),
  },
  {
    titles: list('QA Engineer, Test Automation Engineer, Quality Analyst'),
    skills:
      list(`Selenium, Manual Testing, Test Automation, API Testing, Java, Postman, JIRA, Regression Testing, TestNG, SQL, Cypress
Performance Testing, JMeter, Agile, Cucumber, Appium, Playwright, Test Planning, Mobile Testing`),
  },
  {
    titles: list('Android Developer, iOS Developer, Mobile App Developer'),
    skills:
      list(`Kotlin, Android, Java, Swift, iOS, Flutter, React Native, Firebase, Dart, SwiftUI, Jetpack Compose, Objective-C
REST APIs, Git, MVVM, Room, Push Notifications, App Store Publishing`),
  },
  {
    titles: list('Product Manager, Associate Product Manager, Senior Product Manager'),
    skills:
      list(`Product Strategy, Roadmapping, Agile, User Research, Stakeholder Management, JIRA, SQL, Wireframing, A/B Testing
Market Research, Prioritisation, Scrum, Analytics, Pricing, Go-to-Market, Figma, Communication, OKRs`),
  },
  {
    titles: list('UX Designer, Product Designer, UI Designer'),
    skills:
      list(`Figma, Wireframing, Prototyping, User Research, Adobe XD, Design Systems, Sketch, Usability Testing, Photoshop
Illustrator, Interaction Design, Visual Design, Information Architecture, HTML, CSS, Motion Design, After Effects, InVision`),
  },
  {
    titles: list('Sales Executive, Account Executive, Business Development Manager, Inside Sales Representative'),
    skills:
      list(`Communication, Negotiation, Lead Generation, CRM, Salesforce, B2B Sales, Cold Calling, Account Management, Excel
Presentation, HubSpot, Prospecting, Relationship Building, Market Research, Upselling, Closing, Territory Management, Time Management`),
  },
  {
    titles: list('Digital Marketing Specialist, Marketing Manager, Content Writer, SEO Specialist'),
    skills:
      list(`Search Engine Optimisation, Content Writing, Google Analytics, Social Media, Google Ads, Email Marketing, Copywriting
Canva, WordPress, Content Strategy, Meta Ads, Keyword Research, HubSpot, Branding, Photoshop, Marketing Automation, Video Editing
Influencer Marketing, Blogging, Public Relations`),
  },
  {
    titles: list('HR Executive, Talent Acquisition Specialist, HR Business Partner, Recruiter'),
    skills:
      list(`Recruitment, Human Resources, Communication, Onboarding, Employee Engagement, Sourcing, Payroll, Excel, HR Policies
Labour Law, Interviewing, Performance Management, Boolean Search, LinkedIn Recruiter, HRIS, Training, Conflict Resolution, Compensation`),
  },
  {
    titles: list('Accountant, Financial Analyst, Accounts Executive'),
    skills:
      list(`Excel, Accounting, Tally, GST, Financial Reporting, Financial Modelling, SAP, Budgeting, Taxation, Bookkeeping, QuickBooks
Auditing, Forecasting, Accounts Payable, Reconciliation, IFRS, Power BI, Cost Accounting, Payroll, Variance Analysis`),
  },
  {
    titles: list('Customer Support Executive, Customer Success Manager, Technical Support Engineer'),
    skills:
      list(`Communication, Customer Service, Problem Solving, Zendesk, CRM, Troubleshooting, Excel, Email Support, Freshdesk
Ticketing, Empathy, Onboarding, Account Management, Live Chat, SLA Management, Multitasking, English, Hindi, German, Spanish`),
  },
  {
    titles: list('Operations Manager, Supply Chain Analyst, Logistics Coordinator'),
    skills:
      list(`Excel, Operations Management, Supply Chain, Logistics, SAP, Inventory Management, Vendor Management, Process Improvement
Procurement, Six Sigma, Lean, Warehouse Management, Planning, Communication, Power BI, Import and Export, Quality Control`),
  },
]

/** Skills that turn up with any job: the long tail. */
export const otherSkills: readonly string[] =
  list(`Teamwork, Leadership, Problem Solving, Time Management, Project Management
Critical Thinking, PowerPoint, Word, Google Workspace, Scrum, Notion, Slack, Trello, Confluence, Public Speaking, Research, Mentoring
French, Japanese, Marathi, Tamil, Kannada, Telugu, Bengali, Dutch, Polish, PMP, ITIL, MATLAB, AutoCAD, SolidWorks, Blockchain, Solidity
Cyber Security, Penetration Testing, Rust, Ruby on Rails, PHP, Laravel, Django, FastAPI, Flask, Scala, Perl, COBOL, Salesforce Apex
ServiceNow, Oracle, SQL Server, .NET, C#, Unity, Unreal Engine, Embedded C, Arduino, Raspberry Pi, IoT, ROS, VHDL, Verilog, PLC
Power Automate, UiPath, RPA, Hadoop, Hive, Databricks, BigQuery, Redshift, Neo4j, Cassandra, DynamoDB, OpenCV, GIS, Remote Sensing`)

/** Employment types. */
export const employmentTypes: readonly string[] = [
  'Full-time',
  'Full-time',
  'Full-time',
  'Contract',
  'Internship',
  'Part-time',
]
